"""Every exception of the server has one root, in one tree:

* `GchatError`
    * `Refused`: what was asked cannot be done; carries its own numeric
        * `Failure`: the same as a standard reply (FAIL)
    * `Busy`: too many jobs of this kind are waiting already, or one has waited too long
    * `BadMask`: a mask that could never match
    * `LoginFailed`: the log-in has failed, with a sentence for people
        * `NotTried`: nothing was compared, so it does not count as an attempt
    * `FileError`: a file is not taken, with a sentence: `TooLarge`, `NoRoom`, `TooMany`
    * `ShelfError`: the folder of files cannot be used, with a sentence that says what to do
    * `Rejected`: a request by HTTP is not listened to any further; carries its answer
    * `Denied`, `NotNow`: who asks by HTTP may not, or could not be found out now
    * `Unreadable`: the past cannot be read now
    * `JournalError`: the journal cannot be used, with a sentence that says what to do
        * `StoreError`: the SQLite file
    * `ConfigError`: a setting that cannot be used, with a sentence
    * `CannotListen`: an address cannot be listened on, with a sentence that says what to do
    * `CertificateError`: a certificate that cannot be used, with a sentence
    * `Usage`: a command to NickServ or ChanServ has the wrong parameters
    * `CommandError`: a command of the command line cannot be carried out
    * `TlsBroken`: one connection's TLS cannot go on
    * `WireError`: what came over the wire is not what it should be
        * `MessageError`: a line that is no IRC message
            * `MessageTooLong`
        * `InvalidName`: a name that cannot be used
        * `SaslError`
        * `BadProxy`: not a valid PROXY header
"""


class GchatError(Exception):
    """Something that the server knows how to answer."""


class WireError(GchatError, ValueError):
    """What came over the wire is not what it should be."""
