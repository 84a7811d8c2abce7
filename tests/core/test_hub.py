"""The hub as a state machine: any sequence of events, two hubs, the same state."""

from __future__ import annotations

import copy
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gchat.core.effects import Disconnected, Entered, Evicted, Left, WasKicked
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    Attached,
    AwaySet,
    CertificateSet,
    Connected,
    Event,
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
from gchat.core.hub import Hub, Rules
from gchat.core.saved import restore
from gchat.core.stamp import Stamper
from gchat.wire.names import casefold

UIDS = st.integers(1, 5)
NICKS = st.sampled_from(["Tuan", "tuan", "TUAN", "Duy", "Tuấn", "TUẤN", "x"])
ROOMS = st.sampled_from(["#lobby", "#a", "#A", "#b", "#C"])
ACCOUNTS = st.sampled_from(["Tuan", "Duy", "DUY"])
TEXTS = st.sampled_from(["", "hi", "Hello, Duy!"])
CHANGES = st.builds(
    ModeChange,
    st.booleans(),
    st.sampled_from("qaohvbeIklimnstCMR"),
    NICKS | st.sampled_from(["", "0", "1", "99", "key", "*!*@*", "a,b", "a:Tuan", "m:*"]),
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
    st.builds(Redacted, UIDS, NICKS | ROOMS, st.just("id"), TEXTS, st.booleans()),
    st.builds(MarkerSet, UIDS, NICKS | ROOMS, st.integers(0, 2_000_000_000_000)),
)


class HubMachine(RuleBasedStateMachine):
    """Five connections do anything at all."""

    def __init__(self) -> None:
        super().__init__()
        rules = Rules(
            rooms_per_user=3,
            bans_per_room=2,
            markers_per_person=2,
            metadata_keys=2,
            watched_per_user=2,
            rooms_per_account=1,
            connections_per_user=2,
            certificates_per_account=2,
        )
        self.hub, self.twin = Hub(rules), Hub(rules)
        self.stamper = Stamper(lambda: 1_700_000_000_000)
        self.saved: dict[tuple[str, str], str] = {}  # as a file has it

    @rule(event=EVENTS)
    def apply(self, event: Event) -> None:
        entry = self.stamper.stamp(event)
        before = copy.deepcopy(self.hub)
        members_before = {key: set(room.members) for key, room in self.hub.rooms.items()}
        outcome = self.hub.apply(entry)
        twin = self.twin.apply(entry)
        assert outcome.effects == twin.effects
        for one in outcome.saved:
            self.saved.pop((one.kind, one.key), None)
            if one.value is not None:
                self.saved[one.kind, one.key] = one.value
        assert [str(r) for r in outcome.refusals] == [str(r) for r in twin.refusals]
        if outcome.refusals and not outcome.effects:
            assert self.hub == before, "what is refused changes nothing"
            assert not outcome.saved
        for effect in outcome.effects:
            assert effect.entry is entry
            assert effect.uid == event.uid or isinstance(
                event, Killed | ServerBanSet | AccountDropped
            )
            assert effect.source.startswith(f"{effect.nick}!")
            if isinstance(effect, Disconnected | Evicted):
                continue
            if effect.room:
                after = self.hub.rooms[effect.room].members if effect.room in self.hub.rooms else ()
                assert members_before.get(effect.room, set()) | set(after)
                assert not set(effect.uids) & set(after), "nobody is shown a thing twice"
            if isinstance(effect, Entered):
                assert effect.uid in self.hub.rooms[effect.room].members
            if isinstance(effect, Left):
                assert effect.uid in members_before[effect.room]
            if isinstance(effect, WasKicked):
                assert effect.target_uid in members_before[effect.room]

    @invariant()
    def two_hubs_that_apply_the_same_are_equal(self) -> None:
        assert self.hub == self.twin

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
            assert len(user.rooms) <= self.hub.rules.rooms_per_user

    @invariant()
    def no_room_is_empty_and_each_is_found_by_its_name(self) -> None:
        for key, room in self.hub.rooms.items():
            assert room.members or room.lasting
            assert room.lasting is (key == "#lobby" or bool(room.founder))
            assert key == room.key == casefold(room.name)
            for found in room.lists.values():
                assert len(found) <= self.hub.rules.bans_per_room

    @invariant()
    def what_is_saved_is_what_lasts(self) -> None:
        again = Hub(self.hub.rules)
        for (kind, key), value in sorted(self.saved.items()):
            restore(again, kind, key, value)
        assert again.bans == self.hub.bans
        assert again.certificates == self.hub.certificates
        assert again.accounts == {
            key: replace(account, uids={}) for key, account in self.hub.accounts.items()
        }
        lasting = {
            key: replace(room, members={}, invited=set(), silenced={})
            for key, room in self.hub.rooms.items()
            if room.lasting
        }
        assert again.rooms == lasting

    @invariant()
    def markers_are_bounded(self) -> None:
        for user in self.hub.users.values():
            assert len(user.markers) <= self.hub.rules.markers_per_person
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
            assert len(account.certificates) <= self.hub.rules.certificates_per_account
            assert all(self.hub.certificates[one] == key for one in account.certificates)
        for user in self.hub.users.values():
            assert not user.account or casefold(user.account) in self.hub.accounts
            assert 0 < len(user.connections) <= self.hub.rules.connections_per_user

    @invariant()
    def watchers_and_watched_agree(self) -> None:
        watched = {(key, u.uid) for u in self.hub.users.values() for key in u.watching}
        assert watched == {(key, uid) for key, uids in self.hub.watchers.items() for uid in uids}
        assert all(self.hub.watchers.values())

    @invariant()
    def whether_somebody_may_speak_is_what_the_masks_say(self) -> None:
        for room in self.hub.rooms.values():
            for uid, known in room.silenced.items():
                assert known is replace(room, silenced={}).silences(self.hub.users[uid])


TestHub = HubMachine.TestCase
TestHub.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


def test_bans_at_the_limit_and_past_it() -> None:
    hub = Hub(Rules(bans_per_room=2))
    stamper = Stamper(lambda: 1)
    events: list[Event] = [Connected(1, "Tuan", "u", "h", "r"), Joined(1, "#a")]
    for event in events:
        assert not hub.apply(stamper.stamp(event)).refusals
    changes = tuple(ModeChange(True, "b", mask) for mask in ("a", "b", "c"))
    outcome = hub.apply(stamper.stamp(ModesSet(1, "#a", changes)))
    assert [r.numeric.name for r in outcome.refusals] == ["ERR_BANLISTFULL"]
    assert list(hub.rooms["#a"].lists["b"]) == ["a!*@*", "b!*@*"]
