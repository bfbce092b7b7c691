"""What a process has told, as values and as a function that the judge can call."""

import io

import msgpack
import numpy as np

from lessons_kit.exercises import judge


def messages(told):
    """What a process has told: msgpack, so nothing of it is executed."""
    return msgpack.Unpacker(io.BytesIO(told), max_buffer_size=2**25, strict_map_key=False,
                            object_hook=together, unicode_errors="surrogatepass")  # fmt: skip


def together(found):
    """What student.py took apart."""
    if "\0tuple" in found:
        return tuple(found["\0tuple"])
    if "\0int" in found:
        return int(found["\0int"], 16)
    if "\0object" in found:
        name, module, grad = found["\0object"]
        return type(name, (), {"__module__": module, "requires_grad": grad})()
    if "\0array" not in found:
        return found
    dtype, shape, data, scalar = found["\0array"]
    if data is None:  # the judge complains of its shape or of its dtype
        return np.broadcast_to(np.empty((), dtype), shape)
    if np.dtype(dtype).kind not in "biufc":
        raise ValueError(f"no numbers: {dtype}")
    return np.frombuffer(data, dtype).reshape(shape).copy()[() if scalar else ...]


def replay(replies):
    """A function that returns and raises what the learner's did, call by call."""
    left = iter(replies)

    def answer(*arguments):
        reply = next(left)
        if "fault" in reply:
            key, words = reply["fault"]
            raise judge.Unusable(judge.SAY[key].format(**words))
        if "raised" in reply:
            kind, words = reply["raised"]
            known = NotImplementedError if kind == "NotImplementedError" else None
            raise (known or type(kind, (Exception,), {}))(words)
        random = [one for one in arguments if isinstance(one, np.random.Generator)]
        for one, state in zip(random, reply["drawn"], strict=True):
            one.bit_generator.state = state  # the judge asks whether it was used
        return reply["value"]

    return answer
