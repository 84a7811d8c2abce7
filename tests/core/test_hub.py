"""The hub as a state machine: any sequence of events, two hubs, the same state."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gchat.config import AccountsConfig, Config, HooksConfig, LimitsConfig
from gchat.core import nodes
from gchat.core.apply import apply
from gchat.core.effects import (
    ChangedAccount,
    ChangedModes,
    ChangedNick,
    Disconnected,
    Effect,
    Presence,
    Spoke,
)
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    Attached,
    AwaySet,
    CertificateSet,
    Connected,
    Event,
    HookSaid,
    HookSet,
    Invited,
    Joined,
    Kicked,
    Killed,
    Knocked,
    LoggedIn,
    LoggedOut,
    MarkerSet,
    MetadataSet,
    ModeChange,
    ModesSet,
    NodeSwept,
    Opered,
    Parted,
    PasswordSet,
    Quit,
    RealnameSet,
    Redacted,
    Renamed,
    RoomRegistered,
    RoomRenamed,
    Said,
    ServerBanSet,
    TopicSet,
    UserModeSet,
    Walloped,
    Watched,
)
from gchat.core.hooks import HookIndex
from gchat.core.hub import Hub
from gchat.core.limits import Recent
from gchat.core.saved import restore
from gchat.core.snapshot import load, pieces
from gchat.core.stamp import Stamper
from gchat.core.transitions.registry import TRANSITIONS
from gchat.wire.confusables import skeletons
from gchat.wire.names import casefold
from tests.core import likely
from tests.core.audience import audience
from tests.core.likely import KINDS, NODE_KINDS, START, START_OF_NODES, Likely, uid_of
from tests.core.picture import Picture, accounts_of, people_of, rooms_of
from tests.support.examples import examples, machine

NOW = 1_700_000_000_000  # milliseconds; the clock of the state machine stands still
LEAST = examples(3)  # times that each kind of event has to have had an effect
UIDS = st.sampled_from(likely.UIDS)
NICKS = st.sampled_from(likely.NICKS)
ROOMS = st.sampled_from(likely.ROOMS)
ACCOUNTS = st.sampled_from(likely.ACCOUNTS)
TEXTS = st.sampled_from(likely.TEXTS)
CHANGES = st.builds(
    ModeChange,
    st.booleans(),
    st.sampled_from("qaohvbeIfklimnstCMR"),
    NICKS | st.sampled_from(likely.ARGS),
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Connected, UIDS, NICKS, st.just("~u"), st.just("host"), TEXTS, st.booleans()),
    st.builds(
        Connected, UIDS, NICKS, st.just("~u"), st.just("host"), account=ACCOUNTS, realname=TEXTS
    ),
    st.builds(Attached, UIDS, st.integers(6, 8), ACCOUNTS),
    st.builds(Renamed, UIDS, NICKS),
    st.builds(Quit, UIDS, TEXTS, st.integers(0, 8)),
    st.builds(RealnameSet, UIDS, TEXTS),
    st.builds(Watched, UIDS, st.booleans(), st.lists(NICKS, max_size=3).map(tuple)),
    st.builds(AccountMade, UIDS, ACCOUNTS, st.just("verifier")),
    st.builds(PasswordSet, UIDS, st.just("another")),
    st.builds(CertificateSet, UIDS, st.sampled_from(["aa", "bb", "cc"]), st.booleans()),
    st.builds(AccountDropped, UIDS),
    st.builds(LoggedIn, UIDS, ACCOUNTS),
    st.builds(LoggedOut, UIDS),
    st.builds(Opered, UIDS, st.just("admin")),
    st.builds(Killed, UIDS, NICKS, TEXTS, st.booleans()),
    st.builds(ServerBanSet, UIDS, st.sampled_from(["*@host", "~u@other"]), st.none() | TEXTS),
    st.builds(Walloped, UIDS, TEXTS),
    st.builds(Knocked, UIDS, ROOMS, TEXTS),
    st.builds(RoomRenamed, UIDS, ROOMS, ROOMS, TEXTS),
    st.builds(RoomRegistered, UIDS, ROOMS, st.booleans()),
    st.builds(
        MetadataSet,
        UIDS,
        ROOMS | st.just("*"),
        st.sampled_from(["avatar", "color", "url"]),
        st.none() | TEXTS,
    ),
    st.builds(AwaySet, UIDS, st.none() | TEXTS),
    st.builds(UserModeSet, UIDS, st.booleans(), st.sampled_from("BRiow")),
    st.builds(Joined, UIDS, ROOMS, st.sampled_from(["", "key"])),
    st.builds(Parted, UIDS, ROOMS, TEXTS),
    st.builds(Kicked, UIDS, ROOMS, NICKS, TEXTS),
    st.builds(Invited, UIDS, ROOMS, NICKS),
    st.builds(TopicSet, UIDS, ROOMS, TEXTS),
    st.builds(ModesSet, UIDS, ROOMS, st.lists(CHANGES, max_size=4).map(tuple)),
    st.builds(Said, UIDS, NICKS | ROOMS | st.just("@#a"), TEXTS),
    st.builds(
        HookSet,
        UIDS,
        ROOMS,
        st.sampled_from(likely.HOOKS),
        st.none() | st.sampled_from(likely.DIGESTS),
        st.booleans(),
    ),
    st.builds(HookSaid, st.sampled_from(likely.DIGESTS), TEXTS),
    st.builds(Redacted, UIDS, NICKS | ROOMS, st.just("id"), TEXTS, st.booleans()),
    st.builds(MarkerSet, UIDS, NICKS | ROOMS, st.integers(0, 2_000_000_000_000)),
)


class HubMachine(RuleBasedStateMachine):
    """Five connections do anything at all, most of it what they may do."""

    def __init__(self) -> None:
        super().__init__()
        config = Config(
            limits=LimitsConfig(
                rooms_per_user=3,
                bans_per_room=2,
                markers=2,
                metadata_keys=2,
                monitored=2,
                rooms_per_account=1,
                connections_per_person=2,
            ),
            accounts=AccountsConfig(certificates=2),
            hooks=HooksConfig(per_room=2, per_account=2),
        )
        self.hub, self.twin = Hub(config), Hub(config)
        self.stamper = Stamper(lambda: NOW)
        self.saved: dict[tuple[str, str], str] = {}  # as a file has it
        self.picture = Picture(rooms_per_user=config.limits.rooms_per_user)
        self.started = False

    @initialize()
    def people_are_in_rooms(self) -> None:
        for event in (*START, *START_OF_NODES):
            self.step(event)
            assert not self.refused, event
        self.started = True

    @rule(data=st.data())
    def something(self, data: st.DataObject) -> None:
        if data.draw(st.integers(0, 9)) == 5:
            self.one_goes_on_from_a_snapshot()
        if data.draw(st.integers(0, 4)):
            event = Likely(self.hub, data.draw).event(
                data.draw(st.sampled_from((*KINDS, *NODE_KINDS)))
            )
        else:
            event = data.draw(EVENTS)
        self.step(event)

    def one_goes_on_from_a_snapshot(self) -> None:
        self.twin, stamper = Hub(self.hub.config), Stamper(lambda: NOW)
        load(pieces(self.hub, self.stamper), self.twin, stamper)
        assert stamper.state == self.stamper.state

    def step(self, event: Event) -> None:
        entry = self.stamper.stamp(event)
        before = copy.deepcopy(self.hub)
        outcome = apply(self.hub, entry)
        twin = apply(self.twin, entry)
        assert outcome.effects == twin.effects
        assert [str(r) for r in outcome.refusals] == [str(r) for r in twin.refusals]
        for one in outcome.saved:
            self.saved.pop((one.kind, one.key), None)
            if one.value is not None:
                self.saved[one.kind, one.key] = one.value
        self.refused = bool(outcome.refusals)
        if outcome.refusals and not outcome.effects:
            assert self.hub == before, "what is refused changes nothing"
            assert not outcome.saved
            return
        if self.started and (self.hub != before or outcome.effects):
            EFFECTIVE[type(event)] += 1
            SEEN.update(type(effect) for effect in outcome.effects)
        gone: set[int] = set()
        for effect in outcome.effects:
            self.check(before, effect, gone)
            if isinstance(effect, Disconnected):
                gone.add(effect.uid)
        self.picture.follow(event, outcome.effects)
        self.picture.forget(self.hub.rooms)

    def check(self, before: Hub, effect: Effect, gone: set[int]) -> None:
        """Whose doing an effect is, and who sees it."""
        event = effect.entry.event
        if isinstance(event, HookSaid):
            self.check_hook(event, effect)
            return
        others = isinstance(event, Killed | ServerBanSet | AccountDropped | NodeSwept)
        assert others or effect.uid == uid_of(event)
        assert effect.source.startswith(f"{effect.nick}!")
        user = before.users.get(effect.uid) or self.hub.users[effect.uid]
        if effect.nick == "ChanServ":
            assert (effect.account, type(effect)) == ("", ChangedModes)
        elif isinstance(effect, Presence) and isinstance(event, Renamed) and effect.online:
            assert effect.nick == event.nick
        else:
            assert (effect.nick, effect.source) == (user.nick, user.source)
        if not isinstance(effect, ChangedAccount) and effect.nick != "ChanServ":
            assert effect.account == user.account
        assert len(effect.uids) == len(set(effect.uids)), "nobody is shown a thing twice"
        assert set(effect.uids) == audience(before, self.hub, effect, gone), effect
        if effect.room:
            room = self.hub.rooms.get(effect.room) or before.rooms[effect.room]
            assert not set(effect.uids) & set(room.members), "nobody is shown a thing twice"
            assert getattr(effect, "room_name", room.name) == room.name
        if isinstance(effect, Disconnected | ChangedNick):
            assert effect.rooms == tuple(before.users[effect.uid].rooms)

    def check_hook(self, event: HookSaid, effect: Effect) -> None:
        """What a program says is its room's to see, and nobody's who is connected."""
        (room,) = (
            room
            for room in self.hub.rooms.values()
            if any(one.digest == event.digest for one in room.hooks.values())
        )
        (hook,) = (one for one in room.hooks.values() if one.digest == event.digest)
        assert isinstance(effect, Spoke)
        assert (effect.uid, effect.account, effect.uids, effect.bot) == (0, "", (), True)
        assert (effect.room, effect.target) == (room.key, room.name)
        assert (effect.nick, effect.source) == (hook.name, f"{hook.name}!hook@services")

    @invariant()
    def hooks_are_found_and_nobody_else_has_their_names(self) -> None:
        again = HookIndex()
        for room in self.hub.rooms.values():
            assert room.lasting or not room.hooks
            for key, hook in room.hooks.items():
                assert key == casefold(hook.name)
                assert self.hub.hooks.room(hook.digest) == room.key
                assert key not in self.hub.nicks
                assert key not in self.hub.accounts
                again.add(room.key, hook)
            assert len(room.hooks) <= self.hub.config.hooks.per_room
        assert self.hub.hooks == again
        looks = [skeletons(key) for key in (*self.hub.nicks, *self.hub.accounts)]
        for look in looks:
            assert not self.hub.hooks.named(look[0])

    @invariant()
    def what_people_were_shown_is_what_is(self) -> None:
        assert self.picture.people == people_of(self.hub)
        assert self.picture.rooms == rooms_of(self.hub)
        assert self.picture.accounts == accounts_of(self.hub)

    @invariant()
    def rooms_of_accounts_are_called_as_they_are(self) -> None:
        for account in self.hub.accounts.values():
            for key, seat in account.rooms.items():
                assert key == casefold(seat.name)

    @invariant()
    def seats_are_those_of_all_accounts(self) -> None:
        assert {
            (key, seat.place, account.key)
            for account in self.hub.accounts.values()
            for key, seat in account.rooms.items()
        } == {
            (key, place, account)
            for key, places in self.hub.seats.items()
            for place, accounts in places.items()
            for account in accounts
        }
        assert all(accounts for one in self.hub.seats.values() for accounts in one.values())
        assert all(len(places) == 1 for places in self.hub.seats.values()), "one room of a name"
        for user in self.hub.users.values():
            account = self.hub.account_of(user)
            for key in user.rooms if account is not None else ():
                assert account is not None
                seat, room = account.rooms.get(key), self.hub.rooms[key]
                assert seat is None or (seat.place, seat.created) == (room.place, room.created)

    @invariant()
    def who_left_their_nickname_is_remembered(self) -> None:
        assert all(one.at == NOW and one.nick and one.username for one in self.hub.gone)

    @invariant()
    def two_hubs_that_apply_the_same_are_equal(self) -> None:
        assert self.hub == self.twin

    @invariant()
    def and_so_are_their_snapshots_byte_for_byte(self) -> None:
        """Order within dicts included, which decides who is shown something first, or forgotten."""
        mine, others = pieces(self.hub, self.stamper), pieces(self.twin, self.stamper)
        assert list(mine) == list(others)

    @invariant()
    def a_node_takes_part_or_is_leaving(self) -> None:
        members, leaving = self.hub.nodes.members, self.hub.nodes.leaving
        assert not members.keys() & leaving.keys()
        assert all(number <= self.hub.nodes.ever for number in (*members, *leaving))
        assert len({one.name for one in members.values()}) == len(members)

    @invariant()
    def each_nickname_has_one_owner(self) -> None:
        assert {key: user.uid for key, user in self.hub.nicks.items()} == {
            casefold(user.nick): uid for uid, user in self.hub.users.items()
        }
        assert all(uid == user.uid for uid, user in self.hub.users.items())

    @invariant()
    def members_and_rooms_agree(self) -> None:
        from_rooms = {(uid, key) for key, room in self.hub.rooms.items() for uid in room.members}
        from_users = {(uid, key) for uid, user in self.hub.users.items() for key in user.rooms}
        assert from_rooms == from_users
        for user in self.hub.users.values():
            assert len(user.rooms) <= self.hub.config.limits.rooms_per_user

    @invariant()
    def no_room_is_empty_and_each_is_found_by_its_name(self) -> None:
        for key, room in self.hub.rooms.items():
            assert room.members or room.lasting
            assert room.lasting is (key == "#lobby" or bool(room.founder))
            assert key == room.key == casefold(room.name)
            for found in room.lists.values():
                assert len(found) <= self.hub.config.limits.bans_per_room

    @invariant()
    def what_is_saved_is_what_lasts(self) -> None:
        again = Hub(self.hub.config)
        for (kind, key), value in sorted(self.saved.items()):
            restore(again, kind, key, value)
        assert again.bans == self.hub.bans
        assert again.certificates == self.hub.certificates
        assert again.accounts == {
            key: replace(account, uids={}) for key, account in self.hub.accounts.items()
        }
        lasting = {
            key: replace(room, members={}, invited=set(), silenced={}, recent={}, knocks=Recent())
            for key, room in self.hub.rooms.items()
            if room.lasting
        }
        assert again.rooms == lasting
        assert again.hooks == self.hub.hooks

    @invariant()
    def markers_are_bounded(self) -> None:
        for user in self.hub.users.values():
            assert len(user.markers) <= self.hub.config.limits.markers
            assert all(at <= 1_700_000_000_000 for at in user.markers.values())

    @invariant()
    def invisible_users_are_counted(self) -> None:
        users = self.hub.users.values()
        assert self.hub.invisible == sum("i" in user.modes for user in users)
        assert self.hub.opers == sum("o" in user.modes for user in users)

    @invariant()
    def accounts_know_their_people(self) -> None:
        for key, account in self.hub.accounts.items():
            logged_in = {u.uid for u in self.hub.users.values() if casefold(u.account) == key}
            assert set(account.uids) == logged_in
            assert len(account.certificates) <= self.hub.config.accounts.certificates
            assert all(self.hub.certificates[one] == key for one in account.certificates)
        for user in self.hub.users.values():
            assert not user.account or casefold(user.account) in self.hub.accounts
            assert 0 < len(user.connections) <= self.hub.config.limits.connections_per_person

    @invariant()
    def watchers_and_watched_agree(self) -> None:
        watched = {
            (key, user.uid)
            for user in self.hub.users.values()
            for one in user.connections.values()
            for key in one.watching
        }
        assert watched == {(key, uid) for key, uids in self.hub.watchers.items() for uid in uids}
        assert all(self.hub.watchers.values())

    @invariant()
    def who_has_a_connection_that_is_here_is_here(self) -> None:
        for user in self.hub.users.values():
            texts = [one.away for one in user.connections.values()]
            assert (user.away is None) is (None in texts)
            assert user.away is None or user.away in texts

    @invariant()
    def whether_somebody_may_speak_is_what_the_masks_say(self) -> None:
        for room in self.hub.rooms.values():
            for uid, known in room.silenced.items():
                assert known is replace(room, silenced={}).silences(self.hub.users[uid])


EFFECTIVE: Counter[type] = Counter()  # events that changed something or were seen, by kind
SEEN: Counter[type] = Counter()  # effects, by kind


@pytest.mark.timeout(400)  # when it fails, the shortest way to the fault is looked for
def test_anything_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """And every kind of event had its effect: a machine that does nothing proves nothing."""
    monkeypatch.setattr(nodes, "NUMBER_BITS", 1)  # two connections to a node
    EFFECTIVE.clear()
    SEEN.clear()
    run_state_machine_as_test(HubMachine, settings=machine(140))
    every = (*KINDS, *NODE_KINDS)
    for kind in (*every, *kinds_of(Effect)):  # pytest -rP shows them
        print(f"{kind.__name__}: {EFFECTIVE[kind] or SEEN[kind]}")
    assert set(get_args(Event)) == set(every) == set(TRANSITIONS)
    rare = [kind.__name__ for kind in every if EFFECTIVE[kind] < LEAST]
    assert not rare, f"these kinds of events hardly ever had an effect: {rare}"
    unseen = [kind.__name__ for kind in kinds_of(Effect) if not SEEN[kind]]
    assert not unseen, f"these effects were never seen: {unseen}"


def kinds_of(base: type) -> list[type]:
    """The kinds of effects that there are."""
    below: list[type] = base.__subclasses__()
    return [base] if not below else [kind for one in below for kind in kinds_of(one)]


def test_bans_at_the_limit_and_past_it() -> None:
    hub = Hub(Config(limits=LimitsConfig(bans_per_room=2)))
    stamper = Stamper(lambda: 1)
    events: list[Event] = [Connected(1, "Tuan", "u", "h", "r"), Joined(1, "#a")]
    for event in events:
        assert not apply(hub, stamper.stamp(event)).refusals
    changes = tuple(ModeChange(True, "b", mask) for mask in ("a", "b", "c"))
    outcome = apply(hub, stamper.stamp(ModesSet(1, "#a", changes)))
    assert [r.numeric.name for r in outcome.refusals] == ["ERR_BANLISTFULL"]
    assert list(hub.rooms["#a"].lists["b"]) == ["a!*@*", "b!*@*"]
