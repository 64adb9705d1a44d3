"""How responses declare progression, ask for approval, or interpret one: in English and Italian.

implements: MU-CHAIN-7037
"""

from __future__ import annotations

import functools
import re

STEMS = (
    *("proceed", "continu", "move on", "moving on", "advanc", "go ahead", "going ahead", "go-ahead", "start"),
    *("begin", "approv", "authori", "confirm", "green light", "sign-off", "permission", "let me know", "ready"),
    *("proced", "prosegu", "passo al", "passiamo", "passer", "avanti", "inizi", "avvio", "comincio", "eseguo", "avanz"),
    *(
        "autorizz",
        "conferm",
        "benestare",
        "via libera",
        "nulla osta",
        "consenso",
        "skeptic",
        "permesso",
        "going on",
        "go on",
        "let's",
        "would you",
        "do you",
        "vuoi",
        "volete",
    ),
)
# What stands in the forms between angle brackets.
_PARTS = {
    "NEXT": r"(?:(?:the |il |lo |la |al |allo |alla |l'|all'|i |ai )?(?:next |following |final |new |prossim[oa] |"
    r"successiv[oa] |final[ei] )?)",
    "STEP": r"(?:prompt|phase|step|task|fase|passo|passaggio|skeptic gate|n\+1|finali[sz]ation|finalizzazione)",
    "GO": r"(?:(?:proceed|continue|go|move|advance|start|begin)s?|proceeding|continuing|going|moving|"
    r"advancing|starting|"
    r"beginning)(?: on| ahead)?",
    "AUX": r"(?: (?:will|shall|am|are|can|could|may|now|then|do|not|never|therefore|thus|also|immediately|going to|"
    r"about to|must)){0,3}",
    "OPENING": r"(?:(?<=[.;:,!?(–—] )|^)(?:now |so |still |and |then |ora |quindi |poi |e ){0,2}",
    "GIVEN": r"(?:approval|go-?ahead|green light|sign-?off|authori[sz]ation to \w{2,20}|confirmation|permission)s?",
    "DATO": r"(?:(?:dell|l|un|all|d|quest|nessun)['’])?(?:approvazion[ei]|autorizzazion[ei]|conferm[ae]|benestare|"
    r"via libera|nulla osta|consenso|permesso)",
    "I": r"\b(?:i|we|codex|<EXECUTOR>)\b(?:['’](?:ll|m|re|ve))?",
}
_FORMS = (
    # progression, declared
    r"<I><AUX> <GO>(?: \w{1,12}){0,2}? (?:to|with|on|onto|into) <NEXT><STEP>\b",
    (
        r"<OPENING>(?:proceeding|continuing|moving on|advancing|going ahead|going on|starting)(?: now)?"
        r"(?: (?:to|with|on|onto|into) <NEXT><STEP>\b| ?(?=[.,;!?)]|$))"
    ),
    r"\b(?:let['’]?s|let us) <GO>\b",
    (
        r"\b(?:ready|free|cleared|able) to (?:proceed|move on|continue|advance|go ahead)"
        r"(?= ?(?:[.,;!?)]|$)| (?:to|with|on) <NEXT><STEP>\b)"
    ),
    (
        r"\b(?:chain|phase|prompt \S{1,8}|prompt n\+1) (?:can|may|should|is allowed to|is free to) (?:now )?"
        r"(?:advance|proceed|continue|move on|start|begin|go ahead)\b"
    ),
    (
        r"\b(?:prompt|phase|step) \S{1,8} (?:is|are|stands?) (?:now |hereby )?"
        r"(?:authori[sz]ed|approved|unlocked|released)\b"
    ),
    r"<I><AUX> (?:hereby )?(?:approve|authori[sz]e)\b",
    r"\bskeptic gate ?(?::|is|was|has been|è|=)? ?(?:pass(?:ed)?|superato)\b",
    (
        r"\b(?:procedo|proseguo|passo|continuo|avanzo|proceder[òo]|proseguir[òo]|passer[òo]|procediamo|"
        r"proseguiamo|passiamo|"
        r"vado avanti|andiamo avanti)(?: (?:ora|subito|quindi|poi|adesso|direttamente|pure)){0,2} "
        r"(?:con|a|verso|in|nella|nel|su)? ?<NEXT><STEP>\b"
    ),
    (
        r"\b(?:procedo|proseguo|procediamo|proseguiamo|vado avanti|andiamo avanti)(?: (?:ora|subito|"
        r"quindi|oltre)){0,2} ?"
        r"(?=[.,;!?)]|$)"
    ),
    (
        r"\b(?:eseguo|inizio|avvio|comincio|apro)(?: (?:ora|subito|quindi|poi)){0,2} (?:il |la |lo )?"
        r"(?:prossim[oa]|successiv[oa]) <STEP>\b"
    ),
    r"\b(?:inizio|avvio|comincio|apro)(?: (?:ora|subito|quindi|poi)){0,2} (?:il |la )?<STEP> (?:\d|n\+1)",
    (
        r"\b(?:catena|fase|prompt \S{1,8}) (?:può|potrà|deve) (?:ora |adesso )?(?:avanzare|procedere|"
        r"proseguire|"
        r"continuare|iniziare|partire)\b"
    ),
    r"\b(?:prompt|fase|passo) \S{1,8} (?:è|sono) (?:ora )?(?:autorizzat|approvat|sbloccat)[oaie]\b",
    r"\b(?:pronto|pronta|pronti) (?:a|per) (?:procedere|proseguire|continuare|avanzare|passare)\b",
    r"\b(?:approvo|autorizzo|approviamo|autorizziamo)\b",
    (
        r"<OPENING>(?:approved|authori[sz]ed|approvat[oa]|autorizzat[oa]|confermat[oa]|go ahead|"
        r"via libera)(?= ?(?:[.,;:!?)–—]|$))"
    ),
    # approval, asked for
    (
        r"\b(?:shall|should|may|can|could|must) (?:i|we|codex) (?:now |then |please )?"
        r"(?:proceed|continue|go ahead|go on|move on|advance|start|begin|apply|merge|push)\b"
    ),
    r"\b(?:would|do) you (?:like|want|wish|prefer)(?: for)? (?:me|us) to\b",
    r"\b(?:please|kindly) (?:approve|confirm|authori[sz]e|give)\b",
    (
        r"(?:<I><AUX>|<OPENING>) ?(?:await(?:s|ing)?|wait(?:s|ing)? for|pending|request(?:s|ing)?|"
        r"ask(?:ing)?(?: you)? for|needs?|requires?|"
        r"seek(?:ing)?)(?: (?!prompt)\S{1,16}){0,4}? <GIVEN>\b"
    ),
    r"\b<GIVEN> (?:is|are|was|were) (?:requested|needed|required|awaited|pending)\b",
    r"\b(?:let me know|tell me) (?:if|when|whether) (?:i|we) (?:can|may|should|shall) ",
    (
        r"\b(?:posso|possiamo|devo|dobbiamo|si può|potrei) (?:ora |quindi |già |adesso )?"
        r"(?:procedere|proseguire|continuare|andare avanti|passare a\w{0,3}|avanzare)\b"
    ),
    r"\b(?:vuoi|volete|vuole|desidera|desideri) che (?:io )?(?:proceda|prosegua|continui|passi|vada avanti)\b",
    (
        r"\b(?:in attesa|attendo|aspetto|attendiamo|aspettiamo|chiedo|chiediamo|richiedo|richiediamo|"
        r"sollecito|mi serve|"
        r"necessito|ho bisogno)(?: (?!prompt)[\w'’]{1,16}){0,4}? <DATO>\b"
    ),
    (
        r"\b(?:si prega di|prego di|per favore|per cortesia),? (?:approvare|confermare|autorizzare|approva|conferma|"
        r"autorizza|approvate|confermate|autorizzate)\b"
    ),
    r"\b(?:fammi|fatemi|dimmi|ditemi) (?:sapere )?(?:se|quando) (?:posso|possiamo|devo|dobbiamo)\b",
    r"\brichiesta di (?:approvazione|conferma|benestare|via libera)\b",
    r"\bapprovazione (?:è )?(?:richiesta|necessaria|attesa)\b",
    # approval, interpreted
    r"\bas (?:already |just )?approved\b|\bcome (?:già )?approvato\b",
    (
        r"\b(?:ocp|planner|user|you|<OCP>|<PLANNER>)(?: has| have)?(?: already| just| now| implicitly)? "
        r"(?:approved|confirmed|authori[sz]ed (?:me|us|progression|the next|prompt|phase))\b"
    ),
    (
        r"\b(?:ocp|planner|utente|<OCP>|<PLANNER>) (?:ha|hanno) (?:già |appena |implicitamente )?"
        r"(?:approvato|confermato|autorizzato (?:a|il prompt|la fase|il prossimo|la prossima|il passaggio))\b"
    ),
    r"\bapproval (?:is |was |has been |can be )?(?:granted|given|received|obtained|implied|implicit|assumed)\b",
    (
        r"\b(?:approvazione|autorizzazione|conferma) (?:è |è stata )?"
        r"(?:ricevuta|ottenuta|concessa|data|implicita|acquisita)\b"
    ),
    (
        r"<I><AUX> (?:take|read|treat|consider|interpret|regard)(?: \S{1,20}){0,6}? as (?:an? )?(?:approv|authori[sz]|"
        r"confirm|go-?ahead|permission)"
    ),
    (
        r"\b(?:considero|interpreto|ritengo|prendo|assumo)(?: \S{1,20}){0,6}? (?:approvat|autorizzat|confermat|"
        r"approvazione|autorizzazione|conferma)"
    ),
)


@functools.lru_cache(maxsize=8)  # of every turn of a project
def pattern_of(executor: str, orchestrator: str, planner: str) -> re.Pattern[str]:
    """All forms as one pattern, with the names of the actors."""
    whole = "|".join(f"(?:{form})" for form in _FORMS)
    for name, part in _PARTS.items():
        whole = whole.replace(f"<{name}>", part)
    for name, actor in (("EXECUTOR", executor), ("OCP", orchestrator), ("PLANNER", planner)):
        whole = whole.replace(f"<{name}>", re.escape(actor))
    return re.compile(whole, re.IGNORECASE)
