"""gchat's desktop client. Runs without gevent; of the server's code it shares `gchat.wire` only."""
