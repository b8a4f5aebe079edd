"""Tell an exercise that nobody has touched from an answer."""

import dis
from types import FunctionType
from typing import Any

_IDLE = {"RESUME", "NOP", "COPY_FREE_VARS", "POP_TOP", "RETURN_VALUE"}
_CONSTANT = {"LOAD_CONST", "RETURN_CONST", "LOAD_COMMON_CONSTANT"}
_GENERATORS = (
    0x20 | 0x80 | 0x100 | 0x200
)  # CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR
_NOTHING = (None, ...)


def is_stub(answer: Any) -> bool:
    """Tell whether `answer` is a function with nothing in it but a docstring, `...`, `pass` or `return None`."""
    if type(answer) is not FunctionType:
        return False
    steps = list(dis.get_instructions(answer))
    returned = [step.argval for step in steps if step.opname in _CONSTANT]
    idle = all(step.opname in _IDLE | _CONSTANT for step in steps)
    return (
        idle and answer.__code__.co_flags & _GENERATORS == 0 and all(value in _NOTHING for value in returned)
    )
