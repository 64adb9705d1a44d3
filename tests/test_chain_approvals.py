"""What a response should not say: progression, approvals, an implicit alignment, output left out."""

from __future__ import annotations

import pytest

from muster.chains.alignments import alignments_in, aligns
from muster.chains.approvals import approvals_in
from muster.chains.fences import body_of
from muster.chains.omissions import omissions_in, unfilled_in
from muster.chains.turn import Said
from muster.settings import ChainSettings

SETTINGS = ChainSettings()


def approvals_of(text: str) -> tuple[Said, ...]:
    return approvals_in(body_of(text.splitlines()).prose, SETTINGS)


@pytest.mark.requirement("MU-CHAIN-7037")
@pytest.mark.parametrize(
    "text",
    """I proceed to Prompt 2.
I will now proceed with the next prompt.
I am moving on to phase 2.
I'll continue with Prompt 3.
Codex proceeds to Prompt 2.
There are no blockers, I proceed to Prompt 2.
There are no blockers and I proceed to Prompt 2.
approved, moving on
Approved. Moving on to the next step.
Proceeding with Prompt 2.
Let's move on.
We are ready to proceed.
The chain can advance.
Prompt 2 can start.
Prompt 2 is authorised.
I approve the change.
Skeptic Gate: PASS
Shall I proceed?
May I continue with the next prompt?
Should we go ahead?
Would you like me to add more tests?
Do you want me to proceed?
Please confirm.
Please approve the patch.
Awaiting approval.
I am waiting for your approval.
I wait for the confirmation of the OCP.
I need your go-ahead.
Codex requests approval for the next step.
Approval is requested.
Let me know if I can go on.
As approved, the limit is five.
The OCP has approved the plan.
The OCP authorised the next prompt.
Approval was given.
I take the silence of the OCP as approval.
I treat this as approved.
posso procedere?
Possiamo proseguire?
Devo continuare?
procedo con il Prompt 2
Nessun problema, procedo con il Prompt 2.
Nessun problema e procedo con il Prompt 2.
Approvato, procedo.
Passo al prompt successivo.
Passo alla fase 2.
Proseguo quindi con il prossimo prompt.
Eseguo ora il prossimo prompt.
Inizio il Prompt 2.
La catena può avanzare.
Il Prompt 2 può iniziare.
Il Prompt 2 è autorizzato.
Sono pronto a procedere.
Autorizzo il passaggio.
resto in attesa di approvazione
Resto in attesa dell'approvazione dell'OCP.
In attesa di conferma.
Attendo il via libera.
Chiedo l'autorizzazione a procedere.
Si prega di confermare.
Fammi sapere se posso continuare.
Vuoi che proceda?
L'OCP ha approvato il piano.
Approvazione ricevuta.
Considero il piano approvato.
Come già approvato, il limite è cinque.""".splitlines(),
)
def test_words_that_declare_ask_or_interpret_are_found(text: str) -> None:
    found = approvals_of(f"The limit is five.\n\n- Fine.\n- {text}\n")

    assert [said.line for said in found] == [4] * len(found)
    assert found


@pytest.mark.requirement("MU-CHAIN-7037")
@pytest.mark.parametrize(
    "text",
    """Next steps: Prompt 2 could cover the tests.
The next prompt could cover the documentation.
I do not proceed to Prompt 2.
I will not proceed with the next prompt.
I never ask for approval.
Codex must not request or interpret approvals.
No approval is requested.
I stop here and wait for the next prompt.
I wait for the next prompt of the OCP.
I carry out this prompt, and then I stop.
Turn protocol: I answer this prompt, and then I stop.
The loop continues with the next job.
The worker starts the next task of the queue.
The client waits for the confirmation of the server.
The request needs an authorization header.
I touched only the files that the OCP approved.
The files the OCP authorised are two.
It may proceed without a lock.
The test shall begin with an empty store.
The parser moves on to the next token.
The error asks "Shall I proceed?" in the terminal.
The message says `I proceed to Prompt 2`.
I continue to use the old name.
The build started with the old settings.
Prompt 1 covers the limit.
Non procedo con il Prompt 2.
Non chiedo né interpreto approvazioni.
Nessuna approvazione richiesta.
Senza attendere altro, mi fermo.
Mi fermo e attendo il prossimo prompt.
Resto in attesa del prossimo prompt.
Eseguo questo prompt e poi mi fermo.
Rispondo a questo prompt e poi mi fermo.
Il prossimo prompt potrebbe coprire i test.
Passi successivi: il Prompt 2 potrebbe coprire la documentazione.
Chiedo indicazioni a OCP.
Tocco soltanto i file che l'OCP ha approvato.
I file autorizzati sono due.
Il ciclo prosegue con il lavoro successivo.
Passo il limite come argomento.
Resta da fare che il worker usi il limite delle impostazioni.
Il test conferma il limite.
La richiesta richiede un token di autorizzazione.""".splitlines(),
)
def test_plain_reports_and_denials_are_none(text: str) -> None:
    assert approvals_of(f"- {text}\n") == ()


def test_words_are_found_across_the_lines_of_a_paragraph() -> None:
    assert approvals_of("La modifica è fatta. Resto in attesa\ndi approvazione.\n") == (
        Said("in attesa di approvazione", 1),
    )


def test_the_names_of_actors_are_those_of_the_settings() -> None:
    settings = ChainSettings(orchestrator="Lead", executor="Robot")
    prose = body_of(["The Lead has approved the plan.", "", "Robot will proceed to Prompt 2."]).prose

    assert [said.line for said in approvals_in(prose, settings)] == [1, 3]


def alignments_of(text: str, branch: str = "main") -> list[int]:
    return [said.line for said in alignments_in(body_of(text.splitlines()), branch)]


@pytest.mark.requirement("MU-CHAIN-7044")
@pytest.mark.parametrize(
    "command",
    """git push
git push origin
git push -u origin main
git push --force origin HEAD:main
git merge main
git merge origin/main
git rebase origin/main
git rebase --onto main topic
git pull
git pull --rebase
git pull origin main
git -C work push
git reset --hard origin/main
git fetch && git rebase origin/main
git checkout main && git merge topic
gh pr merge 12
sudo git push""".splitlines(),
)
def test_commands_that_align_are_found_in_fences(command: str) -> None:
    assert alignments_of(f"```console\n$ git status\n$ {command}\n```\n") == [3]
    assert alignments_of(f"```console\n{command}\n```\n") == [2]


@pytest.mark.requirement("MU-CHAIN-7044")
@pytest.mark.parametrize(
    "command",
    """git status
git push origin topic
git push --dry-run
git pull origin topic
git merge topic
git merge --abort
git rebase -i HEAD~3
git rebase --continue
git log main
git diff origin/main
git fetch
git reset --hard HEAD
echo git push
pushd main""".splitlines(),
)
def test_other_commands_align_nothing(command: str) -> None:
    assert not aligns(command, "main")
    assert alignments_of(f"```console\n$ {command}\n```\n") == []


@pytest.mark.requirement("MU-CHAIN-7044")
@pytest.mark.parametrize(
    "text",
    """The change was merged into main.
The branch is aligned with main.
I pushed the commit to origin/main.
Rebased onto main, and all tests pass.
No conflicts, merged into main.
I ran `git push` at the end.
Il ramo è allineato con main.
La modifica è stata integrata nel ramo main.
Ho fatto il merge in main.
Ho eseguito `git pull`.""".splitlines(),
)
def test_reports_of_an_alignment_are_found(text: str) -> None:
    assert alignments_of(f"Fatto.\n\n{text}\n") == [3]


@pytest.mark.requirement("MU-CHAIN-7044")
@pytest.mark.parametrize(
    "text",
    """No push was made.
No push, merge into main or rebase was done: nothing is merged into main.
The change was not merged into main.
Nothing was pushed to main.
It can be merged into main later.
The change will be merged into main.
I did not run `git push`.
`git push` is for the OCP.
The values are passed to main.
The function is aligned with the main loop.
Nessun push.
Il ramo non è allineato con main.
Nessun push è stato fatto e nulla è stato integrato in main.
La modifica sarà integrata in main.
Non ho eseguito `git push`.""".splitlines(),
)
def test_denials_and_plans_of_an_alignment_are_none(text: str) -> None:
    assert alignments_of(f"{text}\n") == []


def test_the_branch_is_that_of_the_settings() -> None:
    text = "```\n$ git merge trunk\n$ git merge main\n```\nMerged into trunk.\n"

    assert alignments_of(text, "trunk") == [2, 5]
    assert alignments_of(text, "") == []


def omitted(text: str, further: tuple[str, ...] = ()) -> list[int]:
    return [said.line for said in omissions_in(body_of(text.splitlines()), further)]


@pytest.mark.requirement("MU-CHAIN-7036")
@pytest.mark.parametrize(
    "text",
    """Output omitted.
output omitted for brevity
[output omitted]
The output was omitted here.
The logs are omitted.
Details omitted for brevity.
Same as above.
QA: same as above
The diff is the same as above.
as above
[...]
...
(120 more lines omitted)
Output truncated.
snip
Output omesso.
Output omesso per brevità
[log omessi]
Come sopra.
Il risultato è come sopra.
omissis
idem
vedi sopra
Resto invariato""".splitlines(),
)
def test_what_stands_for_something_left_out_is_found(text: str) -> None:
    assert omitted(f"The limit is five.\n\n- {text}\n") == [3]


@pytest.mark.requirement("MU-CHAIN-7036")
@pytest.mark.parametrize(
    "text",
    """No output omitted.
No output was omitted.
The output was not omitted.
Nothing was omitted for brevity.
The function omits None values.
An omitted argument is None.
I never write "output omitted".
The check finds `same as above`.
The file is truncated before it is written.
The interface is unchanged.
As described above, the limit is five.
The rest of the file is not touched.
And so on ... until the end.
Nessun output omesso.
Non ho omesso nulla: nessun output è omesso.
Come sopra indicato, il limite è cinque.
Il resto del file non cambia.
Il file viene troncato prima della scrittura.""".splitlines(),
)
def test_denials_and_reports_of_omission_are_none(text: str) -> None:
    assert omitted(f"- {text}\n") == []


@pytest.mark.requirement("MU-CHAIN-7036")
def test_placeholders_in_blocks_are_found_and_code_is_not() -> None:
    output = "```console\n$ pytest\n... [100%]\n...\n[...]\n# output omitted\nomitted = None\n```\n"
    diff = (
        "```diff\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n ...\n-# same as above\n+# ... existing code ...\n+    ...\n```\n"
    )

    assert omitted(output) == [5, 6]
    assert omitted(diff) == [7]


def test_further_words_of_the_settings_count_too() -> None:
    assert omitted("The log: cut here.\n\n```\n-- CUT HERE --\n```\n", ("cut here",)) == [1, 4]
    assert omitted("No line was cut here.\n", ("cut here",)) == []


@pytest.mark.requirement("MU-CHAIN-7036")
def test_what_a_template_left_to_fill_in_is_found_wherever_it_stands() -> None:
    text = "# <fill: title>\n\n- Reason: <fill: why>\n\n```text\nSCOPE: <fill: files>\n```\nA <file> and <fill>.\n"

    assert unfilled_in(body_of(text.splitlines())) == (
        Said("<fill: title>", 1),
        Said("<fill: why>", 3),
        Said("<fill: files>", 6),
    )


@pytest.mark.parametrize(
    "piece",
    [
        "i will now ",
        "procedo con il ",
        "resto in attesa di ",
        "the ocp has approved ",
        "output omitted ",
        "merged into main ",
        "`git push` ",
        "I consider it a ",
        "approved, ",
        "<fill: ",
        "same as \n",
        "I proceed to Prompt 2.\n\n",
        '"',
    ],
)
def test_long_prose_is_read_to_its_end(piece: str) -> None:
    last = ["", "I proceed to Prompt 2.", "", "The rest of the output is omitted; output omitted.", "", "<fill: who>"]
    body = body_of([*(piece * (60_000 // len(piece))).split("\n"), *last])
    end = body.stop - 1

    assert approvals_in(body.prose, SETTINGS)[-1].line == end - 4
    assert omissions_in(body)[-1].line == end - 2
    assert unfilled_in(body)[-1].line == end
    assert len(alignments_in(body, "main")) <= 1
