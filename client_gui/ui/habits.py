"""What somebody has set for good by commands: whom to ignore, and commands of their own."""

from __future__ import annotations

from client_gui.model.aliases import Aliases, NoAlias
from client_gui.model.commands import Alias, Ignore
from client_gui.model.ignoring import MASKS_MOST, Ignored, mask_of
from client_gui.texts import _
from client_gui.ui.context import Context
from client_gui.ui.servers import Servers


class Habits:
    """They are in the settings; whom one ignores is so at the server that is shown."""

    def __init__(self, context: Context, servers: Servers) -> None:
        self._context = context
        self._servers = servers
        self.aliases = Aliases(context.settings.aliases)

    def alias(self, asked: Alias) -> bool:
        """Makes, forgets or lists aliases. False where that cannot be, and it is said why."""
        said = ""
        try:
            if not asked.name:
                said = self.aliases.listed()
            elif asked.text is None:
                self.aliases.remove(asked.name)
                said = _("/{name} is forgotten.").format(name=asked.name.removeprefix("/"))
            else:
                self.aliases.set(asked.name, asked.text)
                about = {"name": asked.name.removeprefix("/"), "text": asked.text}
                said = _("/{name} means {text}").format(**about)
        except NoAlias as error:
            self._tell(str(error), error=True)
            return False
        self._context.settings.aliases[:] = self.aliases.kept
        self._context.save()
        self._tell(said)
        return True

    def explain(self, name: str) -> bool:
        """Says what a command of one's own means. False where there is none of this name."""
        text = self.aliases.text_of(name)
        if text is None:
            self._tell(
                _("Unknown command /{name}. /help lists the commands.").format(name=name),
                error=True,
            )
            return False
        self._tell(_("/{name} means {text}").format(name=name, text=text))
        return True

    def ignores(self, nick: str) -> bool:
        """Whether this nickname is one of those that are ignored, whoever has it."""
        model = self._context.model
        whole = model.fold(mask_of(nick))
        return any(model.fold(one) == whole for one in model.ignored.masks)

    def ignore(self, asked: Ignore) -> bool:
        """Ignores people, or not any more, or lists them. False where that cannot be."""
        model = self._context.model
        if not asked.mask:
            self._tell(_listed(model.ignored))
            return True
        if asked.ignoring:
            done = model.ignored.add(asked.mask)
            full = len(model.ignored.masks) >= MASKS_MOST
            why = _("You ignore too many already.") if full else _("That is no name, and no mask.")
            said = _("Nothing that {mask} says is shown from now on.")
        else:
            done = model.ignored.remove(asked.mask, model.fold)
            why = _("{mask} is not ignored.").format(mask=asked.mask)
            said = _("What {mask} says is shown again from now on.")
        if not done:
            self._tell(why, error=True)
            return False
        self._servers.shown.connection.server.ignored[:] = model.ignored.masks
        self._context.save()
        self._tell(said.format(mask=mask_of(asked.mask).removesuffix("!*@*")))
        return True

    def _tell(self, text: str, *, error: bool = False) -> None:
        self._context.show(self._context.model.say_locally(text, error=error))


def _listed(ignored: Ignored) -> str:
    names = [one.removesuffix("!*@*") for one in ignored.masks]
    return "\n".join([_("You ignore:"), *names]) if names else _("You ignore nobody.")
