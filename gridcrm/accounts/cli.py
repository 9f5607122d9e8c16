"""People and tokens, from the terminal."""

from argparse import ArgumentParser, Namespace

from gridcrm.accounts import queries, service
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import Language, gettext
from gridcrm.core.terminal import Command, Result, Terminal
from gridcrm.core.who import Role


async def _add(terminal: Terminal, given: Namespace) -> Result:
    async with terminal.database.transaction() as session:
        branch_id = await queries.branch_id(session, given.branch) if given.branch else None
        if given.branch and branch_id is None:
            raise InvalidInput({"--branch": "There is no branch with this code."})
        user, password = await service.add_user(
            session,
            None,
            username=given.username,
            display_name=given.name or given.username,
            role=Role(given.role),
            branch_id=branch_id,
            language=Language(given.language),
            now=terminal.now(),
        )
    return {"id": user.id, "username": user.username, "role": user.role, "password": password}


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("--role", required=True, choices=[role.value for role in Role])
    parser.add_argument("--branch", metavar="CODE", help="needed for roles of one branch")
    parser.add_argument("--name", help="how the person is shown")
    parser.add_argument("--language", default="zh", choices=[item.value for item in Language])


async def _token(terminal: Terminal, given: Namespace) -> Result:
    async with terminal.database.transaction() as session:
        user = await queries.by_username(session, given.username)
        if user is None or user.id is None:
            raise InvalidInput({"USER": "There is no such user."})
        secret = await service.add_token(session, None, user.id, given.name, terminal.now())
    return {"username": given.username, "token": secret, "valid_days": service.TOKEN_DAYS}


def _token_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("username", metavar="USER")
    parser.add_argument("--name", default="terminal", help="what the token is for")


COMMANDS = [
    Command(
        name="user add",
        help="open an account and print its first password",
        example="gridcrm user add wang --role branch_manager --branch A001",
        arguments=_add_arguments,
        run=_add,
        show=lambda made: gettext("{username} ({role}), password: {password}").format(**made),
    ),
    Command(
        name="token create",
        help="make an API token that acts for a user",
        example="gridcrm token create wang --name core-banking",
        arguments=_token_arguments,
        run=_token,
        show=lambda made: str(made["token"]),
    ),
]
