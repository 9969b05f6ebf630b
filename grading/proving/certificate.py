"""The certificate as files: `grading/certificate.json` for machines, `certificate.md` to read, times beside them.

Also what is proven once for a whole lesson: that its untouched release scores 0, and that nothing built gives an answer
away.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.files import write_atomically
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import student_notebook
from grading.proving.certify import CACHE, certify_lessons
from grading.proving.keys import code_of, library_digest
from grading.proving.leaks import scan
from grading.proving.record import read_record
from grading.proving.untouched import untouched_score


@dataclass
class Certificate:
    """Everything found; `problems` empty means proven."""

    proofs: list
    untouched: dict  # lesson -> score
    confined: dict  # lesson -> how
    leaks: list
    problems: list = field(default_factory=list)

    def to_json(self):
        """What `--json` writes: the schema of the design, nothing else."""
        return {
            "exercises": [proof.line for proof in self.proofs],
            "untouched": self.untouched,
            "leaks": self.leaks,
        }


def certify(lessons, folders, *, cache=CACHE, jobs=None, told=lambda proof: None):
    """Prove the lessons: exercises, untouched releases, no leaks. `folders` says where notebooks and records lie."""
    proofs = [p for group in certify_lessons(lessons, jobs=jobs, cache=cache, told=told).values() for p in group]
    certificate = Certificate(proofs, {}, {}, [])
    certificate.problems += [text for proof in proofs for text in proof.problems]
    for lesson in lessons:
        score, how = _untouched(lesson, folders, cache)
        certificate.untouched[lesson.slug] = score
        certificate.confined[lesson.slug] = how
        if score:
            certificate.problems.append(f"{lesson.slug}: its untouched release scores {score:g}; it must score 0")
    built = [folders.notebooks / f"{lesson.slug}.ipynb" for lesson in lessons]
    built += [folders.expected / f"{lesson.slug}.npz" for lesson in lessons]
    certificate.leaks = scan([p for p in built if p.exists()], lessons)
    certificate.problems += [f"leak: {text}" for text in certificate.leaks]
    return certificate


def write(certificate, folder):
    """Write certificate.json, certificate.md and (git-ignored) certificate.times.json; returns the paths."""
    folder = Path(folder)
    paths = [folder / f"certificate{end}" for end in (".json", ".md", ".times.json")]
    texts = (as_text(certificate.to_json()), page(certificate), as_text(times(certificate)))
    for path, text in zip(paths, texts, strict=True):
        write_atomically(path, text)
    return paths


def times(certificate):
    """Seconds that each proof took: {"lesson/exercise": seconds}."""
    return {f"{p.line['lesson']}/{p.line['id']}": round(p.seconds, 2) for p in certificate.proofs}


def as_text(data):
    """JSON as it is committed: own errors to two digits, since the last bits depend on the processor."""
    return json.dumps(_rounded(data), indent=1, ensure_ascii=False) + "\n"


def _rounded(data):
    if isinstance(data, float):
        return float(f"{data:.2g}")
    if isinstance(data, dict):
        return {k: v if k == "points" else _rounded(v) for k, v in data.items()}
    return [_rounded(v) for v in data] if isinstance(data, list) else data


def page(certificate):
    """The certificate for readers, as Markdown."""
    out = [
        "# Certificate",
        "",
        "Written by `course certify`; do not edit. Every exercise, what its checks were shown to do.",
        "",
    ]
    out += [f"**{len(certificate.problems)} to mend.**", ""] if certificate.problems else ["**Nothing to mend.**", ""]
    out += [f"- {text}" for text in certificate.problems]
    for slug in dict.fromkeys(p.line["lesson"] for p in certificate.proofs):
        proofs = [p for p in certificate.proofs if p.line["lesson"] == slug]
        out += ["", f"## {slug}", ""]
        out += [f"Untouched release: {certificate.untouched[slug]:g} points; {certificate.confined[slug]}.", ""]
        out += [
            "| exercise | points | stub | wrong: rejected, named | right: accepted | own error | tolerance | nearest |"
        ]
        out += ["|---|---|---|---|---|---|---|---|"]
        out += [_row(p) for p in proofs]
        for proof in proofs:
            out += _mistakes(proof)
    out += ["", "## Left behind in what is handed out", ""]
    out += [f"- {text}" for text in certificate.leaks] or ["Nothing."]
    return "\n".join(out) + "\n"


def summary(proof):
    """One line on an exercise: (text, whether all is well)."""
    line = proof.line
    wrong, right, margin = line["wrong"], line["right"], line["margin"]
    rejected = sum(w["rejected_by"] is not None for w in wrong)
    text = (
        f"{line['lesson'][:2]} {line['id']:28} {line['points']:>4g} pt  "
        f"reference {'passes' if line['reference'] else 'FAILS'}  stub {line['stub_score'] or 0:g}  "
        f"wrong {rejected}/{len(wrong)} rejected, {sum(w['named'] for w in wrong)} named  "
        f"right {sum(r['accepted'] for r in right)}/{len(right)}  "
        f"margin {margin['own_error']:.0e} < {margin['tolerance']:.0e} < {_size(margin['nearest_wrong'])}"
    )
    return text, not proof.problems


def _size(value):
    return "∞" if value is None else f"{value:.0e}"


def _row(proof):
    line, margin = proof.line, proof.line["margin"]
    wrong, right = line["wrong"], line["right"]
    rejected, named = sum(w["rejected_by"] is not None for w in wrong), sum(w["named"] for w in wrong)
    cells = [line["id"], f"{line['points']:g}", f"{line['stub_score'] or 0:g}", f"{rejected}, {named} of {len(wrong)}"]
    cells += [f"{sum(r['accepted'] for r in right)} of {len(right)}"]
    cells += [f"{margin['own_error']:.1e}", f"{margin['tolerance']:.1e}", _size(margin["nearest_wrong"])]
    return f"| {' | '.join(cells)} |"


def _mistakes(proof):
    if not proof.line["wrong"]:
        return []
    out = ["", f"### {proof.line['id']}", "", "| known mistake | rejected by | named by |", "|---|---|---|"]
    out += [f"| {w['name']} | {_cell(w['rejected_by'])} | {_cell(w['named_by'])} |" for w in proof.line["wrong"]]
    right = ", ".join(r["name"] for r in proof.line["right"])
    scores = ", ".join(f"{name} {score:g}" for name, score in proof.extra.get("adversaries", {}).items())
    errors = ", ".join(
        f"{name} {told if isinstance(told, str) else f'{told:.1e}'}"
        for name, told in proof.extra.get("own error in tolerances", {}).items()
    )
    out += ["", f"Right in other styles: {right or 'none'}. Adversaries score: {scores}."]
    styles = [s["name"] for s in proof.extra.get("second styles", [])]
    out += [f"Mistakes also rejected in a second style: {', '.join(styles)}."] if styles else []
    return [*out, f"Own error in units of the tolerance: {errors}."]


def _cell(text):
    return "nothing" if text is None else text.replace("|", "\\|")


def _untouched(lesson, folders, cache):
    """The untouched score, from the cache when notebook, records and library are the same."""
    paths = [folders.expected / f"{lesson.slug}.npz", folders.hidden / f"{lesson.slug}.npz"]
    records = {part: read_record(path) for part, path in zip(("visible", "hidden"), paths, strict=True)}
    notebook = student_notebook(lesson)
    content = b"".join(
        [notebook_bytes(notebook), *(p.read_bytes() for p in paths), library_digest(*code_of(lesson)).encode()]
    )
    kept = None if cache is None else Path(cache) / f"untouched-{hashlib.sha256(content).hexdigest()}.json"
    if kept is not None and kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    found = untouched_score(lesson, notebook, records)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found), encoding="utf-8")
    return found
