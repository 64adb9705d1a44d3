"""What the executor says in the sample chain, in the languages that it speaks."""

from __future__ import annotations

from msgspec import Struct


class Words(Struct, frozen=True):
    """The prose of all responses; `{...}` is filled from the settings."""

    reading_memo: str
    working_memo: str
    none: str
    survey: str
    survey_questions: str
    survey_uncertainties: str
    search: str
    search_found: str
    plan_of_check: str
    checked: str
    limit_changes: str
    limit_impact: str
    limit_assumptions: str
    limit_next: str
    limit_tests: str
    worker_changes: str
    worker_impact: str
    worker_attempt: str
    worker_assumptions: str
    worker_blockers: str
    worker_next: str
    guidance: str
    start_changes: str
    start_impact: str
    start_assumptions: str
    start_next: str
    final_changes: str
    final_impact: str
    final_attempt: str
    final_next: str
    final_fix: str
    summary: str
    commit: str


ITALIAN = Words(
    reading_memo="""\
- Path safety: leggo soltanto dentro il repository e non scrivo nulla.
- Ambito del micro-PR: in questa fase non cambio nessun file.
- QA: non eseguo né test né build.
- Lingua: rispondo in italiano.
- Protocollo a turni: rispondo a questo prompt e poi mi fermo.""",
    working_memo="""\
- Path safety: tocco soltanto i file che SCOPE ammette.
- Ambito del micro-PR: una sola modifica, piccola e facile da annullare.
- QA: eseguo `{qa}` e riporto ogni tentativo.
- Lingua: rispondo in italiano.
- Protocollo a turni: eseguo questo prompt e poi mi fermo.""",
    none="- Nessuno.",
    survey="""\
La coda riprova un lavoro fallito finché non riesce: `may_retry` risponde sempre di sì, e quindi un lavoro che non può
riuscire occupa la coda per sempre.""",
    survey_questions="- Non è scritto da nessuna parte quante volte si debba riprovare.",
    survey_uncertainties="- U1: non so se un limite esista già altrove, per esempio nelle impostazioni (structural)",
    search="Ho cercato il limite in tutto il codice, con il solo comando che il prompt ammette:",
    search_found="""\
Il limite c'è già nelle impostazioni, con il valore cinque, ma nessuno lo legge. Con questo U1 è chiusa: non serve un
nuovo valore, basta usare quello che c'è.""",
    plan_of_check="""\
Prima di una patch controllerei tre cose: che ogni file del diff sia tra quelli ammessi, che il diff si applichi senza
scarti e che il codice si importi. Con un diff di prova che non cambia nessun file, le prime due sono vere da sole e la
terza resta com'è oggi: il controllo è superato e non c'è nulla da consegnare.""",
    checked="I file del diff sono tra quelli ammessi, il diff si applica e il codice si importa.",
    limit_changes="- `may_retry` confronta i tentativi con un limite, che di norma è cinque.",
    limit_impact="- Un lavoro fallito non si ripete più all'infinito; chi chiama la funzione non deve cambiare nulla.",
    limit_assumptions="- Il primo tentativo conta come gli altri.",
    limit_next="- Resta da fare che il worker usi il limite delle impostazioni.",
    limit_tests="- `tests/test_retry.py` prova il limite di `src/jobs/retry.py`; nessun altro test ne dipende.",
    worker_changes="- Il worker chiede a `may_retry` se può riprovare, con il limite delle impostazioni.",
    worker_impact="- Il worker si ferma al limite, ma i test non lo possono ancora avviare.",
    worker_attempt="il worker parte prima che le impostazioni siano lette",
    worker_assumptions="- Le impostazioni non cambiano mentre il worker lavora.",
    worker_blockers="- Nel worker le impostazioni non sono ancora lette, e correggere la patch non è bastato.",
    worker_next="- Resta da stabilire da dove il worker riceve il limite.",
    guidance="""\
Dopo le correzioni ammesse il problema è lo stesso. Chiedo indicazioni a {orchestrator}: il worker può leggere le
impostazioni da solo, oppure riceverle da chi lo avvia; la scelta è fuori dal mio ambito.""",
    start_changes="- Il worker riceve il limite da chi lo avvia, invece di leggerlo da solo.",
    start_impact="- Il worker si ferma al limite, e i test lo possono avviare con il limite che vogliono.",
    start_assumptions="- Chi avvia il worker ha già letto le impostazioni.",
    start_next="- Non resta altro da fare per questo limite.",
    final_changes="- Due import del worker sono ora in ordine.",
    final_impact="- Il comportamento è lo stesso di prima.",
    final_attempt="gli import del worker non erano in ordine",
    final_next="- La catena non lascia lavori aperti.",
    final_fix="- Gli import del worker sono in ordine alfabetico.",
    summary="""\
Un lavoro fallito si ripete al massimo cinque volte. Il limite era già nelle impostazioni, ma nessuno lo leggeva: ora la
coda lo rispetta, il worker lo riceve da chi lo avvia e un test lo prova.""",
    commit="Limita a cinque i tentativi di un lavoro della coda",
)

ENGLISH = Words(
    reading_memo="""\
- Path safety: I read inside the repository alone, and write nothing.
- Micro-PR scope: in this phase I change no file.
- QA: I run neither tests nor builds.
- Language: I answer in English.
- Turn protocol: I answer this prompt, and then I stop.""",
    working_memo="""\
- Path safety: I touch the files that SCOPE allows, and no others.
- Micro-PR scope: one change, small and easy to take back.
- QA: I run `{qa}` and report each attempt.
- Language: I answer in English.
- Turn protocol: I carry out this prompt, and then I stop.""",
    none="- None.",
    survey="""\
The queue tries a failed job again until it succeeds: `may_retry` always says yes, and so a job that cannot succeed
keeps the queue busy for ever.""",
    survey_questions="- It is not written down anywhere how often a job is to be tried.",
    survey_uncertainties="- U1: I do not know whether there is a limit already, in the settings perhaps (structural)",
    search="I looked for the limit in all of the code, with the one command that the prompt allows:",
    search_found="""\
The limit is in the settings already, and it is five, but nobody reads it. This closes U1: there is no need of a new
value, it is enough to use the one that is there.""",
    plan_of_check="""\
Before a patch I would check three things: that each file of the diff is among those that are allowed, that the diff
applies without rejects, and that the code can be imported. With a mock diff that changes no file, the first two hold by
themselves and the third is as it was: the check is passed, and there is nothing to deliver.""",
    checked="The files of the diff are among those that are allowed, the diff applies, and the code can be imported.",
    limit_changes="- `may_retry` holds the attempts against a limit, which is five unless somebody says otherwise.",
    limit_impact="- A failed job is no longer repeated for ever; those who call the function need not change.",
    limit_assumptions="- The first attempt counts like all the others.",
    limit_next="- It remains to be done that the worker uses the limit of the settings.",
    limit_tests="- `tests/test_retry.py` proves the limit of `src/jobs/retry.py`; no other test depends on it.",
    worker_changes="- The worker asks `may_retry` whether to try again, with the limit of the settings.",
    worker_impact="- The worker stops at the limit, but the tests cannot start it yet.",
    worker_attempt="the worker starts before the settings are read",
    worker_assumptions="- The settings do not change while the worker is running.",
    worker_blockers="- In the worker the settings are not read yet, and correcting the patch was not enough.",
    worker_next="- It remains to be settled where the worker gets the limit from.",
    guidance="""\
After all corrections that are allowed, the trouble is the same. I ask {orchestrator} for guidance: the worker can read
the settings by itself, or be given them by whoever starts it; the choice is not within my scope.""",
    start_changes="- The worker is given the limit by whoever starts it, and does not read it by itself.",
    start_impact="- The worker stops at the limit, and the tests can start it with any limit that they like.",
    start_assumptions="- Whoever starts the worker has read the settings before.",
    start_next="- There is nothing left to do for this limit.",
    final_changes="- Two imports of the worker are in order now.",
    final_impact="- It behaves as it did before.",
    final_attempt="the imports of the worker were not in order",
    final_next="- The chain leaves no work undone.",
    final_fix="- The imports of the worker are in alphabetical order.",
    summary="""\
A failed job is tried five times at most. The limit was in the settings already, but nobody read it: now the queue keeps
to it, the worker is given it by whoever starts it, and a test proves it.""",
    commit="Limit the attempts of a job in the queue to five",
)
