"""Whatever happens in whatever order: each turn is sent at most once, and none is lost."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.common.database import Database
from services.common.errors import Conflict
from services.common.settings import DatabaseSettings
from services.contracts import ClaimRequest, EventRequest, FinishRequest, Route, Ticket
from services.contracts.ledger_answers import ExecutionFailedRequest
from services.ledger.leases import TurnLeases
from services.ledger.records import Records
from services.ledger.service import Inbox
from services.ledger.settings import LedgerSettings
from services.ledger.steps import Deliver
from tests.ledger.conftest import a_reply

TICKET = "django-helpdesk:1"
EXECUTIONS = st.sampled_from(["e1", "e2", "e3", "e4", "e5"])


class LedgerMachine(RuleBasedStateMachine):
    """One ticket, several turns, executions that begin, send, fail, hang and come back."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        where = DatabaseSettings(database_url=self.url, database_pool_size=2)
        self._database = Database(where)
        limits = LedgerSettings(retry_base_seconds=0.001, retry_max_seconds=0.001)
        self._inbox = Inbox(self._database, limits)
        self._records = Records(self._database, limits, self._inbox)
        self._leases = TurnLeases(self._database, limits, self._inbox)
        self._began: dict[str, int] = {}
        self._sent: Counter[int] = Counter()
        self._registered: set[int] = set()
        self._sql("truncate ledger_tickets, ledger_turns, pgqueuer restart identity cascade")

    def _run(self, coroutine: Any) -> Any:
        return self._runner.run(coroutine)

    def _sql(self, statement: str) -> Any:
        async def fetch() -> Any:
            async with self._database.connection() as connection:
                return await connection.fetch(statement)

        return self._run(fetch())

    def teardown(self) -> None:
        self._run(self._database.close())
        self._runner.close()

    @rule(turn=st.integers(1, 3))
    def the_helpdesk_sends_a_turn(self, turn: int) -> None:
        ticket = Ticket.model_validate(a_reply(turns=turn))
        self._run(self._inbox.register(ticket))
        if turn > max(self._registered, default=0):
            self._registered.add(turn)

    @rule()
    def the_queue_runs(self) -> None:
        for row in self._sql("select id from ledger_turns order by id"):
            step = self._run(self._leases.next_step(row["id"], False))
            if isinstance(step, Deliver):
                assert step.body["turn"] == max(self._registered)

    @rule(execution=EXECUTIONS)
    def an_execution_begins(self, execution: str) -> None:
        if self._registered and execution not in self._began:
            attempt = self._run(self._inbox.start_attempt(TICKET, execution, None))
            if attempt.proceed:
                self._began[execution] = max(self._registered)

    @rule(execution=EXECUTIONS, is_confirmed=st.booleans())
    def an_execution_sends(self, execution: str, is_confirmed: bool) -> None:
        turn = self._began.get(execution)
        if turn is None:
            return
        key = f"turn-{turn}/reply"
        claim = ClaimRequest(action="reply", key=key, execution_id=execution)
        try:
            self._run(self._records.claim(TICKET, claim))
        except Conflict:
            return
        self._began.pop(execution)
        self._sent[turn] += 1
        if is_confirmed:
            event = {"kind": "posted", "execution_id": execution, "claim_key": key}
            self._run(self._records.record(TICKET, EventRequest.model_validate(event)))

    @rule(execution=EXECUTIONS, route=st.sampled_from(list(Route)))
    def an_execution_finishes(self, execution: str, route: Route) -> None:
        request = FinishRequest(route=route, reasons=[], execution_id=execution)
        if self._registered:
            try:
                self._run(self._inbox.finish(TICKET, request))
            except Conflict:
                return

    @rule(execution=EXECUTIONS)
    def an_execution_fails(self, execution: str) -> None:
        self._run(self._inbox.execution_failed(execution, ExecutionFailedRequest()))
        self._began.pop(execution, None)

    @rule()
    def the_lease_runs_out(self) -> None:
        self._sql(
            "update ledger_turns set lease_until = now() - interval '1 s' where state = 'leased'"
        )

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        assert not self._sent or max(self._sent.values()) == 1

    @invariant()
    def no_turn_is_lost(self) -> None:
        rows = self._sql("select turn, state, route, lease_until, execution_id from ledger_turns")
        assert {row["turn"] for row in rows} == self._registered
        for row in rows:
            newest = row["turn"] == max(self._registered)
            assert newest or row["state"] in ("finished", "superseded")
            assert row["state"] != "finished" or row["route"]
        waiting = self._sql(
            "select from ledger_turns t where state in ('waiting', 'leased') and not exists "
            "(select from pgqueuer q where q.dedupe_key = 'hand_out:' || t.id)"
        )
        assert waiting == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_any_order_of_events_keeps_the_promise(database_url: str) -> None:
    LedgerMachine.url = database_url
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
