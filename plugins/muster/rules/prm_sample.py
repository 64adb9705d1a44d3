"""A small pack and a small prompt document: each rule's bad example differs from one of them by a line or two."""

from __future__ import annotations

from muster.rules.base import EXAMPLE_PATH, FRAME, Example

PATH = "assets/spec_prompt_packs/review_pack@1.json"
PROMPT_PATH = "prompts/order.md"
PACK = """\
{
  "schema_version": "hsk.spec_prompt_pack@1",
  "pack_id": "review_pack@1",
  "description": "Asks for a spec from a prompt.",
  "target_job_kind": "spec_router",
  "stable_prefix_sections": [
    { "section_id": "SYSTEM_RULES", "content_md": "## RULES\\n- Name nothing that is not listed." }
  ],
  "variable_suffix_template_md": "## INPUTS\\n{{PROMPT_TEXT}}",
  "placeholders": [
    { "name": "PROMPT_TEXT", "source": "prompt_ref", "max_tokens": 900, "required": true }
  ],
  "required_outputs": [
    { "artifact_kind": "SpecArtifact", "schema_ref": "hsk.feature_spec@0.2" }
  ],
  "budgets": {
    "max_total_tokens": 4000,
    "max_prompt_excerpt_tokens": 900,
    "max_capsule_tokens": 0,
    "max_capability_table_tokens": 0
  }
}
"""
PROMPT = """\
# Prompt: The order of the queue

Prompt ID: 4778b869-93b6-44e4-bbb2-ad2948dbc85a
Status: draft
Classification: atomic
Owner: ann
Created: 2026-01-07T07:32:13Z
Last-Modified: 2026-01-07T07:32:13Z

## Prompt Body

1. Intent
   Say in which order the queue works.
2. Constraints
   No new dependency.
3. Scope
   The queue alone.
4. Inputs
   The spec of the queue.
5. Required Reasoning
   Say why the order is safe.
6. Output Artifacts
   One section of the spec.
7. Validation Criteria
   A test can prove the order.
"""


def pack_example(*changes: tuple[str, str], line: int, times: int = 1) -> Example:
    """A pack that is wrong at a line, beside the one that is right; no comment can stand in JSON."""
    bad = PACK
    for old, new in changes:
        assert old in bad, old
        bad = bad.replace(old, new, 1)
    return Example(
        path=EXAMPLE_PATH,
        framed=False,
        bad=FRAME,
        good=FRAME,
        bad_files={PATH: bad},
        good_files={PATH: PACK},
        marks=((PATH, line),) * times,
    )


def prompt_example(*changes: tuple[str, str]) -> Example:
    """A prompt document that is wrong where the changes mark it, beside the one that is right."""
    bad = PROMPT
    for old, new in changes:
        assert old in bad, old
        bad = bad.replace(old, new, 1)
    return Example(path=PROMPT_PATH, framed=False, bad=bad, good=PROMPT)
