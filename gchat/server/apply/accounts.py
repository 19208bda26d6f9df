"""Accounts come, change and go; users log in to them and out of them."""

from __future__ import annotations

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.numerics import ERR_SASLFAIL, RPL_LOGGEDOUT, RPL_SASLSUCCESS
from gchat.server import accounts, admission, events, keyvalues, nicknames, replies, services
from gchat.server import capabilities as cap
from gchat.server.accounts import Account
from gchat.server.apply import history, invitations, metadata, registrations, returning, seats
from gchat.server.apply.context import Applying
from gchat.server.apply.users import change_nick, make_room, stays, tell_interested, tell_logged_in
from gchat.server.stores.base import Document
from gchat.server.world import User


def keep(now: Applying, account: Account) -> None:
    """Let an account in, or replace it, and have it last."""
    now.world.put_account(account)
    now.engine.keep(Document(accounts.KIND, account.key, accounts.to_document(account)))


def account_registered(now: Applying, event: events.AccountRegistered) -> None:
    """There is a new account.  Somebody else may have got the name since the handler looked."""
    account = accounts.from_document(event.body)
    taken = account.key in now.world.accounts or account.key in now.world.former_accounts
    owner = now.world.account_of_nick(account.name)
    if taken or owner is not None:
        if now.origin is not None:
            services.refuse_registration(now.origin, account.name)
        return
    if event.invitation and invitations.use(now, event.invitation, account.name) is None:
        return
    keep(now, account)
    if now.origin is None:
        return
    services.tell_registered(now.origin, account.name)
    if event.login:
        logged_in(now, events.LoggedIn(event.uid, account.name))


def account_changed(now: Applying, event: events.AccountChanged) -> None:
    """One field of an account is another."""
    account = now.world.account(event.account)
    if account is None:
        return
    if event.field == "nicks" and event.value is not None:
        owner = now.world.account_of_nick(event.key)
        if owner is not None and owner.key != account.key:
            if now.origin is not None:
                services.say(now.origin, f"The nick {event.value} belongs to somebody else by now")
            return
    keep(now, account.change(event.field, event.value, event.key))
    if event.field == "suspended" and event.value:
        for user in now.world.users_of(account.name):
            _end(now, user, f"The account {account.name} is suspended: {event.value}")
    if event.field == "devices" and event.value is None:
        _end_device(now, account, event.key)
    if event.field == "always_on":
        _tell_persistence(now, account.name)
    if event.field in ("always_on", "multiclient", "suspended"):
        now.world.lasting.touched[account.key] = None
    for user in now.world.users_of(account.name):
        if not user.sessions and not stays(now, user):
            now.engine.backplane.commit(events.Quit(user.uid, "No longer always on"), None)


def _end_device(now: Applying, account: Account, label: str) -> None:
    """Have the connections of a device end whose password was taken back, but for the one that took it."""
    for session in tuple(now.engine.sessions.values()):
        mine = (session.account, session.device) == (account.name, label)
        if mine and session is not now.asker:
            now.engine.close(session, f"The password of the device {label} was taken back")


def _tell_persistence(now: Applying, name: str) -> None:
    """Say to every connection of an account that wants to know, and to the one that asked, what is so now."""
    account = now.world.account(name)
    assert account is not None, "it was changed, not dropped"
    status = replies.persistence(now.engine, account)
    if now.origin is not None and now.origin.message.command == "PERSISTENCE":
        now.origin.send(status)
    for user in now.world.users_of(name):
        for session in user.sessions:
            if session is not now.asker and session.caps & cap.PERSISTENCE:
                now.engine.queue.send(session, status)


def account_dropped(now: Applying, event: events.AccountDropped) -> None:
    """An account is gone, and with it every login.  Its name stays taken until all of it was erased."""
    account, key = now.world.account(event.account), fold(event.account)
    if event.erased:
        registrations.erased(now, {key, *(account.nicks if account is not None else ())})
    if account is None:
        if event.erased and key in now.world.former_accounts:
            now.world.former_accounts.discard(key)
            now.engine.keep(Document(accounts.KIND, key, None))
        return
    for user in now.world.users_of(account.name):
        _log_out(now, user)
    now.world.remove_account(account.key)
    history.forget(now, account.key)
    metadata.forget(now, account.key)
    registrations.forget(now, account.key)
    if event.erased:
        now.engine.keep(Document(accounts.KIND, account.key, None))
    else:
        now.world.former_accounts.add(account.key)
        body = {"name": account.name, "dropped": now.seconds}
        now.engine.keep(Document(accounts.KIND, account.key, body))


def _end(now: Applying, user: User, reason: str) -> None:
    """Have every connection of a user end, and the user with them."""
    sessions = tuple(user.sessions)
    now.world.log_in(user, "")  # nobody stays as a user of an account that is closed
    for session in sessions:
        now.engine.close(session, reason)
    if not sessions:
        now.engine.backplane.commit(events.Quit(user.uid, reason), None)


def logged_in(now: Applying, event: events.LoggedIn) -> None:
    """A user, or a session that is none yet, is logged in to an account now.

    https://ircv3.net/specs/extensions/sasl-3.1, https://ircv3.net/specs/extensions/account-notify
    """
    account, origin = now.world.account(event.account), now.origin
    user = now.world.users.get(event.uid) if event.uid else None
    if account is None or account.suspended or (event.step and event.step <= account.totp_step):
        if origin is not None:
            origin.reply(ERR_SASLFAIL)
        return
    if event.step:
        account = account.change("totp_step", event.step)
        keep(now, account)
    session = now.asker
    again = session is not None and (session.account, session.device) == (account.name, event.device)
    if session is not None:
        if not again:
            returning.gone(now, session)
        session.account, session.device = account.name, event.device
        tell_logged_in(now, session, account)
        if now.origin is not None and now.origin.message.command == "AUTHENTICATE":
            now.origin.reply(RPL_SASLSUCCESS)
    if user is None:
        return
    if user.account != account.name:
        owner, before = keyvalues.owner(user), user.account
        now.world.log_in(user, account.name)
        metadata.switched(now, user, owner)
        tell_interested(now, user, cap.ACCOUNT_NOTIFY, "ACCOUNT", account.name, own=True)
        registrations.switched(now, user, before)
        for channel in user.channels.values():
            seats.arrived(now, user, channel)
    if session is not None and not again:
        returning.logged_in(now, session)
    _give_nick_back(now, user, account, event.reclaim)


def _give_nick_back(now: Applying, user: User, account: Account, reclaim: bool) -> None:
    """Give an owner the nick that was refused before the login, or (if asked) the account's own."""
    session = now.asker
    refused = session.refused_nick if session is not None else ""
    if session is not None:
        session.refused_nick = ""
    if refused and account.owns(refused):
        nick = refused
    elif reclaim and not account.owns(user.nick):
        nick = account.name
    else:
        return
    if admission.where_silenced(user, user.channels.values()) is not None:
        return  # another nick must not undo it
    if make_room(now, nick, account):
        change_nick(now, user, nick)


def logged_out(now: Applying, event: events.LoggedOut) -> None:
    """A user is logged in to no account any more, and leaves a nick that is held for the account's owner."""
    user = now.world.users.get(event.uid)
    if user is None or not user.account:
        return
    _log_out(now, user)
    if now.world.account_of_nick(user.nick) is not None:
        change_nick(now, user, nicknames.free(now.world, user.nick))


def _log_out(now: Applying, user: User) -> None:
    owner, before = keyvalues.owner(user), user.account
    now.world.log_in(user, "")
    metadata.switched(now, user, owner)
    registrations.switched(now, user, before)
    if not user.sessions:  # without an account nobody stays
        now.engine.backplane.commit(events.Quit(user.uid, "Logged out"), None)
    for session in user.sessions:
        returning.gone(now, session)
        session.account = session.device = ""
        params = (session.name, user.source, RPL_LOGGEDOUT.text)
        now.engine.queue.send(session, Message(RPL_LOGGEDOUT.number, params, now.server))
    tell_interested(now, user, cap.ACCOUNT_NOTIFY, "ACCOUNT", "*", own=True)
