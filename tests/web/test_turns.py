"""Slow calls run one after the other, and too many are refused."""

from __future__ import annotations

import asyncio

from edge.web.request_body import RefusedRequest
from edge.web.turns import WAITING_MAX, Turns


class Calls:
    """Calls that end when `go` is set. ended: their numbers in order, and the status of each refusal, negative."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self.begun, self.go = turns, asyncio.Event(), asyncio.Event()
        self.ended: list[int] = []

    async def call(self, number: int) -> None:
        try:
            async with self._turns.one():
                self.begun.set()
                await self.go.wait()
                self.ended.append(number)
        except RefusedRequest as error:
            self.ended.append(-error.answer.status_code)


def test_a_second_call_waits_for_its_turn_and_too_many_are_refused() -> None:
    async def main() -> list[int]:
        calls = Calls(Turns())
        running = [asyncio.create_task(calls.call(0))]
        await calls.begun.wait()
        running += [asyncio.create_task(calls.call(number)) for number in range(1, WAITING_MAX + 2)]
        await running[-1]
        calls.go.set()
        await asyncio.gather(*running)
        return calls.ended

    assert asyncio.run(main()) == [-429, *range(WAITING_MAX + 1)]


def test_a_call_that_waits_too_long_is_refused_and_the_next_one_is_not() -> None:
    async def main() -> list[int]:
        calls = Calls(Turns(wait_s=0.01))
        first = asyncio.create_task(calls.call(1))
        await calls.begun.wait()
        await calls.call(2)
        calls.go.set()
        await first
        await calls.call(3)
        return calls.ended

    assert asyncio.run(main()) == [-429, 1, 3]
