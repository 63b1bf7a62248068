"""The written-out arithmetic ("scratchpad") that the model learns to think in.

Every function returns `(text, value)`. A sum or difference is worked out column by column from
the ones, because a causal model can only carry from a column that it has already written:

    Add 417+286: 7+6=13, 1+8+1=10, 4+2+1=7, so 703.

`check` re-reads a finished text with an independent parser and raises when any equation, column
or conclusion in it is wrong; the generator calls it on every single example.
"""

import re

VERBS = {"+": "Add", "-": "Subtract", "×": "Multiply", "÷": "Divide"}


def _digits(n):
    """Decimal digits of a non-negative integer, ones first."""
    return [int(c) for c in reversed(str(n))]


def _add(a, b):
    if a < 10 and b < 10:
        return f"{a}+{b}={a + b}", a + b
    xs, ys = _digits(a), _digits(b)
    carry, columns = 0, []
    for i in range(max(len(xs), len(ys))):
        x = xs[i] if i < len(xs) else 0
        y = ys[i] if i < len(ys) else 0
        total = x + y + carry
        columns.append(f"{x}+{y}" + ("+1" if carry else "") + f"={total}")
        carry = total // 10
    return f"{a}+{b}: " + ", ".join(columns) + f", so {a + b}", a + b


def _subtract(a, b):
    if a < b:
        inner, value = _subtract(b, a)
        if a < 10 and b < 10:
            return f"{a}-{b}: {a}<{b}, {inner}, so -{value}", -value
        # The inner text ends in ", so V"; the sign is put on the conclusion only.
        inner = inner[: inner.rindex(", so ")]
        return f"{a}-{b}: {a}<{b}, {inner}, so -{value}", -value
    if a < 10:
        return f"{a}-{b}={a - b}", a - b
    xs, ys = _digits(a), _digits(b)
    borrow, columns = 0, []
    for i, x in enumerate(xs):
        y = ys[i] if i < len(ys) else 0
        # A column that cannot pay takes ten from the next one, so its first number has two digits.
        top = x + 10 if x < y + borrow else x
        columns.append(f"{top}-{y}" + ("-1" if borrow else "") + f"={top - y - borrow}")
        borrow = 1 if top >= 10 else 0
    return f"{a}-{b}: " + ", ".join(columns) + f", so {a - b}", a - b


def _times_digit(a, d, zeros):
    """`a` times the digit `d`, followed by `zeros` zeros."""
    carry, columns = 0, []
    for x in _digits(a):
        total = x * d + carry
        columns.append(f"{x}×{d}" + (f"+{carry}" if carry else "") + f"={total}")
        carry = total // 10
    value = a * d * 10**zeros
    return f"{a}×{d}{'0' * zeros}: " + ", ".join(columns) + f", so {value}", value


def _multiply(a, b):
    if b > a:
        a, b = b, a  # The longer factor first: the columns run over it.
    if a < 10:
        return f"{a}×{b}={a * b}", a * b
    parts = [(d, i) for i, d in enumerate(_digits(b)) if d]
    if not parts:
        return f"{a}×0=0", 0
    if len(parts) == 1:
        return _times_digit(a, *parts[0])
    texts, total = [], None
    for d, i in parts:
        text, value = _times_digit(a, d, i)
        texts.append(text)
        if total is None:
            total = value
        else:
            text, total = _add(total, value)
            texts.append(text)
    return f"{a}×{b}: " + ". ".join(texts), total


def _divide(a, b):
    assert b > 0 and a % b == 0
    if a < 10 * b:
        return f"{a}÷{b}={a // b}", a // b
    digits = str(a)
    take = 1
    while int(digits[:take]) < b:
        take += 1
    rest, steps = int(digits[:take]), []
    while True:
        q, r = divmod(rest, b)
        steps.append(f"{rest}÷{b}={q}" + (f" r{r}" if r else ""))
        if take == len(digits):
            break
        rest = r * 10 + int(digits[take])
        take += 1
    return f"{a}÷{b}: " + ", ".join(steps) + f", so {a // b}", a // b


_STEP = {"+": _add, "-": _subtract, "×": _multiply, "÷": _divide}


def step(op, a, b):
    """One operation on two non-negative integers, as a full sentence."""
    text, value = _STEP[op](a, b)
    return f"{VERBS[op]} {text}.", value


def chain(first, steps):
    """`first` followed by `[(op, operand), …]`, one sentence for each operation."""
    value, texts = first, []
    for op, operand in steps:
        text, value = step(op, value, operand)
        texts.append(text)
    return " ".join(texts), value


def signed(a, op, b):
    """`a op b` for operands of any sign, brought back to non-negative ones."""
    if op == "-":
        b = -b
    if a >= 0 and b >= 0:
        return step("+", a, b)
    if a < 0 and b < 0:
        text, value = step("+", -a, -b)
        return text[:-1] + f", negative: -{value}.", -value
    return step("-", a, -b) if b < 0 else step("-", b, -a)


def compare(numbers, larger):
    """The largest or smallest of two or more numbers, by comparing pairs from left to right."""
    best, texts = numbers[0], []
    for n in numbers[1:]:
        sign = ">" if best > n else "<" if best < n else "="
        texts.append(f"{best}{sign}{n}")
        best = max(best, n) if larger else min(best, n)
    word = "Largest" if larger else "Smallest"
    return f"{word} of {', '.join(map(str, numbers))}: " + ", ".join(texts) + f", so {best}.", best


_PYTHON = str.maketrans({"×": "*", "÷": "/"})


def check(text, value):
    """Raise unless every statement of a scratchpad is true and it ends in `value` (if there is one)."""
    last = None
    for left, right, rest in re.findall(r"([\d+×÷-]+)=(\d+)(?: r(\d+))?", text):
        got = eval(left.translate(_PYTHON).replace("/", "//"))
        assert got == int(right), (text, left)
        if "÷" in left:
            a, b = map(int, left.split("÷"))
            assert a - b * int(right) == int(rest or 0), (text, left)
        last = int(right)
    for a, sign, b in re.findall(r"(-?\d+)([<>])(-?\d+)", text):
        assert (int(a) < int(b)) == (sign == "<"), text
    # "A op B: …, so V": the conclusion belongs to the innermost head before it.
    for head, body, conclusion in re.findall(
        r"(\d+[+×÷-]\d+): ((?:(?!: )[^.])*?), so (-?\d+)", text
    ):
        expected = eval(head.translate(_PYTHON))
        assert int(conclusion) == expected or int(conclusion) == -expected, (text, head)
        last = int(conclusion)
    for a, b, conclusion in re.findall(r"(\d+)-(\d+): \d+<\d+, [^.]*?, so (-\d+)", text):
        assert int(a) - int(b) == int(conclusion), text
    if value is None:
        return
    found = re.findall(r"(?:=|so |: )(-?\d+)\.$", text)
    assert found and int(found[-1]) == value, (text, value, last)
