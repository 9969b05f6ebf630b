"""Lateness in words: how long, by which extension, what it costs and what counts."""


def span(seconds):
    """A length of time in its two largest units: `3 d 4 h`, `1 h 5 min`, `40 s`."""
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    rest, told = round(seconds), []
    for name, size in units:
        if rest >= size or told:
            told.append((rest // size, name))
            rest %= size
    return " ".join(f"{number} {name}" for number, name in told[:2] if number) or "0 s"


def remark(mark):
    """What a table says beside a score: `2 h late, -6, 0 counts`; "" for one in time of which nothing is taken off."""
    told = []
    if mark.late:
        told.append(f"{span(mark.late)} late")
    if mark.extension:
        told.append(f"{span(mark.extension.total_seconds())} extension")
    if mark.penalty:
        told.append(f"-{mark.penalty:g}, {mark.counts:g} {'count' if mark.counts != 1 else 'counts'}")
    return ", ".join(told)
