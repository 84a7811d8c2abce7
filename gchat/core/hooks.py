"""Where the hooks of all rooms are found, and whose names are taken by them."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.core.rooms import Hook
from gchat.core.skeletons import SkeletonIndex
from gchat.wire.names import casefold


@dataclass(slots=True)
class HookIndex:
    """Hooks of several rooms may have one name, for each is heard in its own room only. A person
    may have none of these names, so that nobody takes what a program says for theirs.
    """

    _rooms: dict[str, str] = field(default_factory=dict)  # by digest: folded name of the room
    _names: dict[str, dict[str, None]] = field(default_factory=dict)  # folded name → digests
    _skeletons: SkeletonIndex = field(default_factory=SkeletonIndex)

    def add(self, room: str, hook: Hook) -> None:
        """A hook of the room with this folded name."""
        key = casefold(hook.name)
        self._rooms[hook.digest] = room
        if key not in self._names:
            self._skeletons.add(key)
        self._names.setdefault(key, {})[hook.digest] = None

    def remove(self, hook: Hook) -> None:
        """It is no more."""
        key = casefold(hook.name)
        del self._rooms[hook.digest]
        del self._names[key][hook.digest]
        if not self._names[key]:
            del self._names[key]
            self._skeletons.remove(key)

    def move(self, hook: Hook, room: str) -> None:
        """Its room is called otherwise."""
        self._rooms[hook.digest] = room

    def room(self, digest: str) -> str | None:
        """The folded name of the room of the hook whose secret has this digest."""
        return self._rooms.get(digest)

    def named(self, key: str) -> str:
        """The name of a hook that is this folded name, or looks like it; "" for none."""
        return key if key in self._names else self.alike(key)

    def alike(self, key: str) -> str:
        """The name of a hook that looks like this one and is another; "" for none."""
        return self._skeletons.taken(key, self._names)
