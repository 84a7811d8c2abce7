"""The numeric replies: one table of code, name and default text.

https://modern.ircdocs.horse/#numerics. The text is what a person reads: in IRC as the trailing
parameter, in plain text as the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numeric:
    """`code` is three digits; `text` the default trailing parameter, "" where there is none."""

    code: str
    name: str
    text: str


BY_CODE: dict[str, Numeric] = {}


def _numeric(code: str, name: str, text: str = "") -> Numeric:
    BY_CODE[code] = Numeric(code, name, text)
    return BY_CODE[code]


RPL_WELCOME = _numeric("001", "RPL_WELCOME")
RPL_YOURHOST = _numeric("002", "RPL_YOURHOST")
RPL_CREATED = _numeric("003", "RPL_CREATED")
RPL_MYINFO = _numeric("004", "RPL_MYINFO")
RPL_ISUPPORT = _numeric("005", "RPL_ISUPPORT", "are supported by this server")
RPL_UMODEIS = _numeric("221", "RPL_UMODEIS")
RPL_LUSERCLIENT = _numeric("251", "RPL_LUSERCLIENT")
RPL_LUSEROP = _numeric("252", "RPL_LUSEROP", "operators online")
RPL_LUSERUNKNOWN = _numeric("253", "RPL_LUSERUNKNOWN", "unknown connections")
RPL_LUSERCHANNELS = _numeric("254", "RPL_LUSERCHANNELS", "channels formed")
RPL_LUSERME = _numeric("255", "RPL_LUSERME")
RPL_ADMINME = _numeric("256", "RPL_ADMINME")
RPL_ADMINLOC1 = _numeric("257", "RPL_ADMINLOC1")
RPL_LOCALUSERS = _numeric("265", "RPL_LOCALUSERS")
RPL_GLOBALUSERS = _numeric("266", "RPL_GLOBALUSERS")
RPL_AWAY = _numeric("301", "RPL_AWAY")
RPL_USERHOST = _numeric("302", "RPL_USERHOST")
RPL_ISON = _numeric("303", "RPL_ISON")
RPL_UNAWAY = _numeric("305", "RPL_UNAWAY", "You are no longer marked as being away")
RPL_NOWAWAY = _numeric("306", "RPL_NOWAWAY", "You have been marked as being away")
RPL_WHOISUSER = _numeric("311", "RPL_WHOISUSER")
RPL_WHOISSERVER = _numeric("312", "RPL_WHOISSERVER")
RPL_WHOISOPERATOR = _numeric("313", "RPL_WHOISOPERATOR", "is an IRC operator")
RPL_WHOWASUSER = _numeric("314", "RPL_WHOWASUSER")
RPL_ENDOFWHO = _numeric("315", "RPL_ENDOFWHO", "End of WHO list")
RPL_WHOISIDLE = _numeric("317", "RPL_WHOISIDLE", "seconds idle, signon time")
RPL_ENDOFWHOIS = _numeric("318", "RPL_ENDOFWHOIS", "End of /WHOIS list")
RPL_WHOISCHANNELS = _numeric("319", "RPL_WHOISCHANNELS")
RPL_WHOISSPECIAL = _numeric("320", "RPL_WHOISSPECIAL")
RPL_LISTSTART = _numeric("321", "RPL_LISTSTART", "Users  Name")
RPL_LIST = _numeric("322", "RPL_LIST")
RPL_LISTEND = _numeric("323", "RPL_LISTEND", "End of /LIST")
RPL_CHANNELMODEIS = _numeric("324", "RPL_CHANNELMODEIS")
RPL_CREATIONTIME = _numeric("329", "RPL_CREATIONTIME")
RPL_WHOISACCOUNT = _numeric("330", "RPL_WHOISACCOUNT", "is logged in as")
RPL_NOTOPIC = _numeric("331", "RPL_NOTOPIC", "No topic is set")
RPL_TOPIC = _numeric("332", "RPL_TOPIC")
RPL_TOPICWHOTIME = _numeric("333", "RPL_TOPICWHOTIME")
RPL_WHOISBOT = _numeric("335", "RPL_WHOISBOT", "is a bot")
RPL_INVITELIST = _numeric("336", "RPL_INVITELIST")
RPL_ENDOFINVITELIST = _numeric("337", "RPL_ENDOFINVITELIST", "End of /INVITE list")
RPL_INVITING = _numeric("341", "RPL_INVITING")
RPL_INVEXLIST = _numeric("346", "RPL_INVEXLIST")
RPL_ENDOFINVEXLIST = _numeric("347", "RPL_ENDOFINVEXLIST", "End of invite exception list")
RPL_EXCEPTLIST = _numeric("348", "RPL_EXCEPTLIST")
RPL_ENDOFEXCEPTLIST = _numeric("349", "RPL_ENDOFEXCEPTLIST", "End of exception list")
RPL_VERSION = _numeric("351", "RPL_VERSION")
RPL_WHOREPLY = _numeric("352", "RPL_WHOREPLY")
RPL_NAMREPLY = _numeric("353", "RPL_NAMREPLY")
RPL_WHOSPCRPL = _numeric("354", "RPL_WHOSPCRPL")
RPL_ENDOFLINKS = _numeric("365", "RPL_ENDOFLINKS", "End of /LINKS list")
RPL_ENDOFNAMES = _numeric("366", "RPL_ENDOFNAMES", "End of /NAMES list")
RPL_BANLIST = _numeric("367", "RPL_BANLIST")
RPL_ENDOFBANLIST = _numeric("368", "RPL_ENDOFBANLIST", "End of channel ban list")
RPL_ENDOFWHOWAS = _numeric("369", "RPL_ENDOFWHOWAS", "End of WHOWAS")
RPL_INFO = _numeric("371", "RPL_INFO")
RPL_MOTD = _numeric("372", "RPL_MOTD")
RPL_ENDOFINFO = _numeric("374", "RPL_ENDOFINFO", "End of /INFO list")
RPL_MOTDSTART = _numeric("375", "RPL_MOTDSTART")
RPL_ENDOFMOTD = _numeric("376", "RPL_ENDOFMOTD", "End of /MOTD command")
RPL_WHOISHOST = _numeric("378", "RPL_WHOISHOST")
RPL_WHOISMODES = _numeric("379", "RPL_WHOISMODES")
RPL_YOUREOPER = _numeric("381", "RPL_YOUREOPER", "You are now an IRC operator")
RPL_REHASHING = _numeric("382", "RPL_REHASHING", "Rehashing")
RPL_TIME = _numeric("391", "RPL_TIME")
ERR_UNKNOWNERROR = _numeric("400", "ERR_UNKNOWNERROR", "The command could not be carried out")
ERR_NOSUCHNICK = _numeric("401", "ERR_NOSUCHNICK", "No such nickname")
ERR_NOSUCHCHANNEL = _numeric("403", "ERR_NOSUCHCHANNEL", "No such room")
ERR_CANNOTSENDTOCHAN = _numeric("404", "ERR_CANNOTSENDTOCHAN", "You cannot send to this room")
ERR_TOOMANYCHANNELS = _numeric("405", "ERR_TOOMANYCHANNELS", "You are in too many rooms")
ERR_WASNOSUCHNICK = _numeric("406", "ERR_WASNOSUCHNICK", "There was no such nickname")
ERR_TOOMANYTARGETS = _numeric("407", "ERR_TOOMANYTARGETS", "Too many targets")
ERR_NOORIGIN = _numeric("409", "ERR_NOORIGIN", "No origin specified")
ERR_INVALIDCAPCMD = _numeric("410", "ERR_INVALIDCAPCMD", "Invalid CAP command")
ERR_NORECIPIENT = _numeric("411", "ERR_NORECIPIENT", "No recipient given")
ERR_NOTEXTTOSEND = _numeric("412", "ERR_NOTEXTTOSEND", "No text to send")
ERR_BADMASK = _numeric("415", "ERR_BADMASK", "This mask cannot match")
ERR_INPUTTOOLONG = _numeric("417", "ERR_INPUTTOOLONG", "Input line was too long")
ERR_UNKNOWNCOMMAND = _numeric("421", "ERR_UNKNOWNCOMMAND", "Unknown command")
ERR_NOMOTD = _numeric("422", "ERR_NOMOTD", "There is no message of the day")
ERR_NONICKNAMEGIVEN = _numeric("431", "ERR_NONICKNAMEGIVEN", "No nickname given")
ERR_ERRONEUSNICKNAME = _numeric("432", "ERR_ERRONEUSNICKNAME", "This nickname cannot be used")
ERR_NICKNAMEINUSE = _numeric("433", "ERR_NICKNAMEINUSE", "This nickname is already in use")
ERR_USERNOTINCHANNEL = _numeric("441", "ERR_USERNOTINCHANNEL", "They aren't in that room")
ERR_NOTONCHANNEL = _numeric("442", "ERR_NOTONCHANNEL", "You're not in that room")
ERR_USERONCHANNEL = _numeric("443", "ERR_USERONCHANNEL", "is already in that room")
ERR_TARGETTOOFAST = _numeric("439", "ERR_TARGETTOOFAST", "You are messaging too many people")
ERR_NOTREGISTERED = _numeric("451", "ERR_NOTREGISTERED", "You have not registered")
ERR_NEEDMOREPARAMS = _numeric("461", "ERR_NEEDMOREPARAMS", "Not enough parameters")
ERR_ALREADYREGISTERED = _numeric("462", "ERR_ALREADYREGISTERED", "You may not register again")
ERR_PASSWDMISMATCH = _numeric("464", "ERR_PASSWDMISMATCH", "Password incorrect")
ERR_YOUREBANNEDCREEP = _numeric("465", "ERR_YOUREBANNEDCREEP", "You are banned from this server")
ERR_CHANNELISFULL = _numeric("471", "ERR_CHANNELISFULL", "Cannot join: the room is full (+l)")
ERR_UNKNOWNMODE = _numeric("472", "ERR_UNKNOWNMODE", "is not a known mode")
ERR_INVITEONLYCHAN = _numeric(
    "473", "ERR_INVITEONLYCHAN", "Cannot join: the room is by invitation only (+i)"
)
ERR_BANNEDFROMCHAN = _numeric("474", "ERR_BANNEDFROMCHAN", "Cannot join: you are banned (+b)")
ERR_BADCHANNELKEY = _numeric("475", "ERR_BADCHANNELKEY", "Cannot join: wrong key (+k)")
ERR_BADCHANMASK = _numeric("476", "ERR_BADCHANMASK", "This is not a valid room name")
ERR_NEEDREGGEDNICK = _numeric("477", "ERR_NEEDREGGEDNICK", "You have to be logged in")
ERR_BANLISTFULL = _numeric("478", "ERR_BANLISTFULL", "The list is full")
ERR_NOPRIVILEGES = _numeric(
    "481", "ERR_NOPRIVILEGES", "Permission denied: you are not an IRC operator"
)
ERR_CHANOPRIVSNEEDED = _numeric(
    "482", "ERR_CHANOPRIVSNEEDED", "You're not an operator of that room"
)
ERR_NOOPERHOST = _numeric("491", "ERR_NOOPERHOST", "Password incorrect, or no such operator")
ERR_UMODEUNKNOWNFLAG = _numeric("501", "ERR_UMODEUNKNOWNFLAG", "Unknown user mode")
ERR_USERSDONTMATCH = _numeric("502", "ERR_USERSDONTMATCH", "Cannot change the modes of other users")
ERR_HELPNOTFOUND = _numeric("524", "ERR_HELPNOTFOUND", "No help is available on this topic")
RPL_WHOISSECURE = _numeric("671", "RPL_WHOISSECURE", "is using a secure connection")
ERR_INVALIDMODEPARAM = _numeric("696", "ERR_INVALIDMODEPARAM", "The mode's parameter is not valid")
RPL_HELPSTART = _numeric("704", "RPL_HELPSTART")
RPL_HELPTXT = _numeric("705", "RPL_HELPTXT")
RPL_ENDOFHELP = _numeric("706", "RPL_ENDOFHELP")
RPL_KNOCK = _numeric("710", "RPL_KNOCK", "has asked for an invitation")
RPL_KNOCKDLVR = _numeric("711", "RPL_KNOCKDLVR", "Your knock was delivered")
ERR_TOOMANYKNOCK = _numeric(
    "712", "ERR_TOOMANYKNOCK", "Too many knocks on this room: try again later"
)
ERR_CHANOPEN = _numeric("713", "ERR_CHANOPEN", "The room is open")
ERR_KNOCKONCHAN = _numeric("714", "ERR_KNOCKONCHAN", "You are in that room already")
RPL_MONONLINE = _numeric("730", "RPL_MONONLINE")
RPL_MONOFFLINE = _numeric("731", "RPL_MONOFFLINE")
RPL_MONLIST = _numeric("732", "RPL_MONLIST")
RPL_ENDOFMONLIST = _numeric("733", "RPL_ENDOFMONLIST", "End of MONITOR list")
ERR_MONLISTFULL = _numeric("734", "ERR_MONLISTFULL", "Monitor list is full")
RPL_WHOISKEYVALUE = _numeric("760", "RPL_WHOISKEYVALUE")
RPL_KEYVALUE = _numeric("761", "RPL_KEYVALUE")
RPL_KEYNOTSET = _numeric("766", "RPL_KEYNOTSET", "The key is not set")
RPL_METADATASUBOK = _numeric("770", "RPL_METADATASUBOK")
RPL_METADATAUNSUBOK = _numeric("771", "RPL_METADATAUNSUBOK")
RPL_METADATASUBS = _numeric("772", "RPL_METADATASUBS")
RPL_METADATASYNCLATER = _numeric("774", "RPL_METADATASYNCLATER")
RPL_LOGGEDIN = _numeric("900", "RPL_LOGGEDIN")
RPL_SASLSUCCESS = _numeric("903", "RPL_SASLSUCCESS", "SASL authentication successful")
ERR_SASLFAIL = _numeric("904", "ERR_SASLFAIL", "SASL authentication failed")
ERR_SASLTOOLONG = _numeric("905", "ERR_SASLTOOLONG", "SASL message too long")
ERR_SASLABORTED = _numeric("906", "ERR_SASLABORTED", "SASL authentication aborted")
RPL_SASLMECHS = _numeric("908", "RPL_SASLMECHS", "are the available SASL mechanisms")
