"""A step of shaping a draft says what it is and what it was about; it was known by its place."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PLAN = sa.table(
    "grid_plan", sa.column("id"), *(sa.column(name, sa.JSON()) for name in ("spec", "done", "undone"))
)  # fmt: skip
_CELL = sa.table("grid_cell", *map(sa.column, ("plan_id", "key", "name")))


def upgrade() -> None:
    """Name each step by its edit: the edits of the plan for those done, its own if taken back."""
    for plan, names in _shaped():
        edits = plan.spec.get("edits", [])
        edits = edits[len(edits) - len(plan.done) :]  # earlier ones came with a copied plan
        done = [
            _step(edit, facts, names) | {"edit": None}
            for edit, facts in zip(edits, plan.done, strict=True)
        ]
        undone = [_step(step["edit"], step["facts"], names) for step in plan.undone]
        _keep(plan.id, done, undone)


def downgrade() -> None:
    """Leave names that were changed as they are: only ground could be taken back."""
    for plan, _names in _shaped():
        done = [step["facts"] for step in plan.done if step["kind"] != "rename"]
        undone = [
            {"edit": step["edit"], "facts": step["facts"]}
            for step in plan.undone
            if step["kind"] != "rename"
        ]
        _keep(plan.id, done, undone)


def _shaped():
    """Yield every plan that was shaped by hand, with the names of its cells by key."""
    bind, c = op.get_bind(), _CELL.c
    for plan in bind.execute(sa.select(_PLAN)).all():
        if plan.done or plan.undone:
            rows = bind.execute(sa.select(c.key, c.name).where(c.plan_id == plan.id))
            yield plan, dict(map(tuple, rows))


def _step(edit, facts, names):
    kind = edit["edit"]
    key = {"split": "cell_id", "transfer": "source", "carve": "key"}.get(kind)
    about = str(len(edit["ids"])) if key is None else edit[key]
    if kind == "carve":
        about = names.get(f"draw:{about}", about)
    elif key:
        about = facts.get(about, {}).get("name") or names.get(about, about)
    return {"kind": kind, "about": about, "facts": facts, "edit": edit}


def _keep(plan_id, done, undone):
    op.get_bind().execute(
        sa.update(_PLAN).where(_PLAN.c.id == plan_id).values(done=done, undone=undone)
    )
