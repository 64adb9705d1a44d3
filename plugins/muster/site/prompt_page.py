"""The page of a compiled prompt: what it was made from, how its tokens are spent, and every field of its provenance.

The text of a prompt is on no page, be it kept or not: it is there for who has the folder.

implements: MU-PRM-6025, MU-PRM-6031
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from muster.prompts.provenance import Provenance
from muster.prompts.replay import Changed
from muster.site.budget_bar import budget_bar
from muster.site.packet_page import word_badge
from muster.site.page import NOT_SEARCHED, heading, table
from muster.site.prompt_ways import when
from muster.site.recorded import told
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from muster.ledger.events import Event
    from muster.prompts.provenance import EnvelopeStand
    from muster.prompts.replay import Drift
    from muster.prompts.view import CompileView
    from muster.site.prompt_ways import PromptWays

_FRONT = NOT_SEARCHED.replace("---\n\n", "hide:\n  - toc\n---\n\n")
_BY_HANDLE = frozenset((Changed.SECTION, Changed.PACKET, Changed.INTENT, Changed.PROMPT, Changed.VALUE))


def state_badge(view: CompileView) -> str:
    """Whether a compile is whole, and its inputs are as they were."""
    if view.troubles:
        return word_badge("failed", "damaged")
    if view.replay is None:
        return word_badge("none", "not looked at")
    if view.drifts:
        return word_badge("changed", f"{len(view.drifts):,} changed")
    if view.replay.lacking:
        return word_badge("none", "text not kept")
    return word_badge("ok", "proved" if view.proved else "as it was")


def cut_of(stand: EnvelopeStand) -> str:
    """What was cut: the placeholders by name, and the suffix."""
    cut = [names_of([name]) for name, flag in stand.truncation.per_placeholder_truncated.items() if flag]
    return ", ".join(cut + (["the suffix"] if stand.truncation.variable_suffix_truncated else [])) or "nothing"


def compile_page(view: CompileView, ways: PromptWays) -> str:
    """The page of a compiled prompt."""
    parts = [
        f"{_FRONT}# Prompt {heading(printable(view.folder.rpartition('/')[2]))}\n",
        f'<p class="muster-standing">{state_badge(view)} {ways.overview()}</p>\n',
        _facts(view, ways),
    ]
    if view.troubles:
        rows = [f"<td>{told(trouble)}</td>" for trouble in view.troubles]
        words = "What can still be read is shown; `muster prompt verify` tells more, and a new compile makes it anew.\n"
        parts += ["## Damage\n", table("What is wrong with the folder", ("What is wrong",), rows), words]
    if view.drifts:
        parts += ["## What changed\n", _changes(view.drifts, ways)]
    if view.shares and view.pack and view.manifest:
        bar = budget_bar(view.shares, view.pack.budgets.max_total_tokens, view.manifest.tokenizer)
        parts += ["## Budget\n", bar]
    if view.manifest:
        parts += ["## Inputs\n", _inputs(view, ways)]
        requirements = _requirements(view, ways)
        parts += ["### Requirements that went in\n", requirements] if requirements else []
    if view.provenance:
        parts += ["## Provenance\n", fields_of(_provenance(view.provenance))]
    if view.context:
        parts += ["## Context snapshot\n", _context(view, ways)]
    if view.intent:
        parts += ["## SpecIntent\n", fields_of(_flat(view.intent, Provenance.__struct_fields__))]
    if view.decision:
        parts += ["## SpecRouterDecision\n", fields_of(_flat(view.decision, Provenance.__struct_fields__))]
    if view.manifest:
        parts += ["## Manifest\n", _manifest(view)]
    return "\n".join(parts)


def _facts(view: CompileView, ways: PromptWays) -> str:
    own, stand = view.manifest, view.stand
    facts = {"Folder": f"<code>{told(view.folder)}</code>"}
    if own:
        event = ways.events.get(own.context_snapshot_id)
        facts |= {
            "Created": when(own.created_at),
            "Spec": ways.spec(own.spec_id),
            "Pack": ways.pack(own.pack),
            "Event": ways.event_link(event),
            "Preflight": _preflight(event),
        }
    if stand:
        spent = f"{stand.total_tokens:,}"
        spent += f" of {view.pack.budgets.max_total_tokens:,}" if view.pack else ""
        facts |= {"Tokens": spent, "Cut": cut_of(stand)}
    if own:
        kept = "kept in the folder, and shown on no page" if own.keeps_text else "not kept"
        facts |= {"Text": kept, "Inputs": _told(view)}
    return facts_of(facts)


def _preflight(event: Event | None) -> str:
    """The report of the lint before the compile, as its event names it."""
    ref = event.context.get("spec_lint_report_ref") if event else None
    if not event or not ref:
        return "no report is recorded"
    return f"<code>{told(str(ref))}</code> <code>{told(str(event.context.get('spec_lint_report_sha256') or ''))}</code>"


def _told(view: CompileView) -> str:
    """Whether the inputs are as they were, in words."""
    if view.replay is None:
        return "nobody looked at them"
    if view.proved:
        return "as they were: made again, the prompt is the same byte for byte"
    words = f"{counted(len(view.drifts), 'thing')} changed" if view.drifts else "as they were"
    if view.replay.lacking:
        words += f"; not kept, and so not looked at: {names_of(view.replay.lacking)}"
    return words


def facts_of(facts: Mapping[str, str], kind: str = "") -> str:
    """Names and values, ready HTML, as a list."""
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>\n" for name, value in facts.items())
    return f'<dl class="muster-facts{kind}">\n{rows}</dl>\n'


def fields_of(fields: Mapping[str, Any]) -> str:
    """The fields of a value as they are called in its file."""
    shown = {f"<code>{told(name)}</code>": _value(value) for name, value in fields.items()}
    return facts_of(shown, " muster-fields")


def names_of(names: Sequence[str]) -> str:
    """Names as code."""
    return ", ".join(f"<code>{told(name, 100)}</code>" for name in names)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return names_of([str(one) for one in value]) or "none"
    return f"<code>{told(str(value))}</code>" if value else "none"


def _provenance(own: Provenance) -> dict[str, Any]:
    """Every field, those of the parts under the names of their own."""
    stand = own.prompt_envelope
    cut = stand.truncation
    return {
        "spec_prompt_pack_id": own.spec_prompt_pack_id,
        "spec_prompt_pack_sha256": own.spec_prompt_pack_sha256,
        "capability_snapshot_ref.handle": own.capability_snapshot_ref.handle,
        "capability_snapshot_ref.sha256": own.capability_snapshot_ref.sha256,
        "capability_registry_version": own.capability_registry_version,
        "context_snapshot_id": own.context_snapshot_id,
        "tokenizer": own.tokenizer,
        "stable_prefix_hash": stand.stable_prefix_hash,
        "variable_suffix_hash": stand.variable_suffix_hash,
        "full_prompt_hash": stand.full_prompt_hash,
        "stable_prefix_tokens": stand.stable_prefix_tokens,
        "variable_suffix_tokens": stand.variable_suffix_tokens,
        "total_tokens": stand.total_tokens,
        "variable_suffix_truncated": cut.variable_suffix_truncated,
        **{f"truncated.{name}": flag for name, flag in cut.per_placeholder_truncated.items()},
        "missing_placeholders": own.missing_placeholders,
    }


def _flat(value: msgspec.Struct, without: Collection[str] = ()) -> dict[str, Any]:
    """The fields of a value; those of a part of it under both names."""
    fields: dict[str, Any] = {}
    for name, part in msgspec.structs.asdict(value).items():
        if name in without:
            continue
        if isinstance(part, msgspec.Struct):
            fields |= {f"{name}.{key}": own for key, own in msgspec.structs.asdict(part).items()}
        else:
            fields[name] = part
    return fields


def _changes(drifts: Sequence[Drift], ways: PromptWays) -> str:
    rows = []
    for drift in drifts:
        if drift.what is Changed.REQUIREMENT:
            name = ways.requirement(drift.name)
        elif drift.what in _BY_HANDLE:
            name = ways.handle(drift.name)
        else:
            name = f"<code>{told(drift.name)}</code>"
        now = f"<code>{told(drift.now)}</code>" if drift.now else "gone"
        was = f"<code>{told(drift.was)}</code>" if drift.was else "not there"
        details = told("; ".join(drift.details)) or ""
        rows.append(
            f'<th scope="row">{drift.what}</th><td>{name}</td><td class="muster-said">{details}</td>'
            f'<td class="muster-hash">{was}</td><td class="muster-hash">{now}</td>'
        )
    return table("What is not as it was", ("What", "Which", "Details", "Was", "Now"), rows)


def _inputs(view: CompileView, ways: PromptWays) -> str:
    """The values by placeholder, and in front of them the pack and the capability snapshot."""
    own = view.manifest
    assert own is not None
    changed = _changed_placeholders(view)
    lacking = frozenset(view.replay.lacking if view.replay else ())
    snapshot = own.capability_snapshot
    version = f"registry {told(snapshot.registry_version, 40)}" if snapshot.registry_version else ""
    pack = f"{ways.pack(own.pack)} {ways.ways.path(own.pack.handle)}"
    given = f"{ways.ways.path(snapshot.handle)} {version}"
    rows = [
        _input("Pack", _now(changed=Changed.PACK in changed), pack, own.pack.sha256),
        _input("Capability snapshot", _now(changed=Changed.CAPABILITY_SNAPSHOT in changed), given, snapshot.sha256),
    ]
    for one in own.inputs:
        now = word_badge("none", "not kept") if one.placeholder in lacking else _now(changed=one.placeholder in changed)
        rows.append(_input(names_of([one.placeholder]), now, ways.handle(one.handle), one.sha256))
    missing = view.provenance.missing_placeholders if view.provenance else ()
    rows += [
        f'<th scope="row">{names_of([name])}</th><td></td><td>no value was given</td><td></td>' for name in missing
    ]
    return table("What the prompt was made from", ("Input", "Now", "From", "SHA-256"), rows)


def _input(name: str, now: str, source: str, sha256: str) -> str:
    digest = f'<td class="muster-hash"><code>{told(sha256)}</code></td>'
    return f'<th scope="row">{name}</th><td>{now}</td><td>{source}</td>{digest}'


def _now(*, changed: bool) -> str:
    return word_badge("changed", "changed") if changed else word_badge("ok", "as it was")


def _changed_placeholders(view: CompileView) -> frozenset[str]:
    """What changed: kinds of inputs, and the placeholders whose values did."""
    kinds = {str(drift.what) for drift in view.drifts}
    names = {drift.name for drift in view.drifts}
    details = {detail for drift in view.drifts for detail in drift.details}
    inputs = view.manifest.inputs if view.manifest else ()
    return frozenset(kinds) | {
        one.placeholder
        for one in inputs
        if names & {one.placeholder, *one.fingerprints}
        or f"{one.placeholder} holds it" in details
        or (one.origin == "capability_snapshot" and Changed.CAPABILITY_SNAPSHOT in kinds)
    }


def _requirements(view: CompileView, ways: PromptWays) -> str:
    """Each requirement in a value, with its fingerprint and whether that is still the same."""
    changed = {drift.name: drift.now for drift in view.drifts if drift.what is Changed.REQUIREMENT}
    rows = []
    for one in view.manifest.inputs if view.manifest else ():
        for identifier, fingerprint in sorted(one.fingerprints.items()):
            gone = identifier in changed and not changed[identifier]
            now = word_badge("failed", "gone") if gone else _now(changed=identifier in changed)
            rows.append(
                f'<th scope="row">{ways.requirement(identifier)}</th><td><code>{told(one.placeholder, 100)}</code></td>'
                f'<td class="muster-hash"><code>{told(fingerprint)}</code></td><td>{now if view.replay else ""}</td>'
            )
    return table("Requirements and their fingerprints", ("ID", "In", "Fingerprint", "Now"), rows) if rows else ""


def _context(view: CompileView, ways: PromptWays) -> str:
    own = view.context
    assert own is not None
    rows = [
        f'<th scope="row">{told(one.kind)}</th><td>{ways.handle(one.handle)}</td>'
        f'<td class="muster-hash"><code>{told(one.sha256)}</code></td>'
        for one in own.artifact_handles
    ]
    fields = fields_of(_flat(own, ("artifact_handles",)))
    return "\n".join([fields, table("Artifacts", ("Kind", "Handle", "SHA-256"), rows) if rows else ""])


def _manifest(view: CompileView) -> str:
    own = view.manifest
    assert own is not None
    fields = {
        "muster": own.muster,
        "route": own.route,
        "governance_mode": own.governance_mode,
        "version_control": own.version_control,
        "envelope_sha256": own.envelope_sha256,
        "manifest_sha256": own.manifest_sha256,
    }
    rows = [
        f'<th scope="row"><code>{told(name)}</code></th><td class="muster-hash"><code>{told(digest)}</code></td>'
        for name, digest in own.files.items()
    ]
    return "\n".join([fields_of(fields), table("Files of the folder", ("File", "SHA-256"), rows)])
