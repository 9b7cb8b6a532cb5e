"""What the acts and the fields of the history are called; apart from the table so that lists need not load it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflow.access.act_names import ACT_NAMES
from workflow.access.roles import Role, say_role
from workflow.i18n import N_, _
from workflow.periods import show_days
from workflow.standing import say_status
from workflow.targets.aim import RELATIONS, WHOLES
from workflow.targets.money import SOURCES, STAGES, millions
from workflow.targets.numbers import say_number
from workflow.targets.term import say_term

ACT_LABELS = {
    "import": N_("imported"),
    "receive document": N_("document handed in"),
    "drop document": N_("document put aside"),
    "open": N_("opened"),
    "start": N_("begun"),
    "submit": N_("reported done"),
    "withdraw": N_("report withdrawn"),
    "confirm": N_("confirmed"),
    "return": N_("sent back"),
    "reopen": N_("reopened"),
    "suspend": N_("suspended"),
    "resume": N_("resumed"),
    "cancel": N_("cancelled"),
    "decide timing": N_("deadline decided"),
    "set deadline": N_("deadline set"),
    "amend": N_("amended"),
    "add task": N_("added by a later document"),
    "answer": N_("settled"),
    "ask extension": N_("more time asked for"),
    "ask hand_on": N_("another addressee asked for"),
    "ask suspension": N_("suspension asked for"),
    "ask cancellation": N_("cancellation asked for"),
    "request granted": N_("request granted"),
    "request refused": N_("request refused"),
    "request withdrawn": N_("request withdrawn"),
    "request lapsed": N_("request lapsed"),
    "grant extension": N_("deadline extended"),
    "ask part": N_("part asked for"),
    "give part": N_("part given"),
    "drop part": N_("part not needed any more"),
    "report period": N_("period reported"),
    "call period": N_("period report called for"),
    "fill": N_("period report filled in"),
    "progress": N_("progress reported"),
    "comment": N_("comment received"),
    "settle note": N_("comment settled"),
    "draft letter": N_("letter drafted"),
    "number letter": N_("letter given its number"),
    "drop letter": N_("letter dropped"),
    "press by letter": N_("pressed by letter"),
    "progress by letter": N_("progress asked for by letter"),
    "extension by letter": N_("request for more time answered by letter"),
    "handover by letter": N_("hand-over put on record"),
    "send letter": N_("letter mailed"),
    "remind now": N_("reminded by hand"),
    "ask explanation": N_("explanation asked for"),
    "sign in": N_("signed in"),
    "sign out": N_("signed out"),
    "make token": N_("access token made"),
    "revoke token": N_("access token ended"),
    "add webhook": N_("program to be told entered"),
    "end webhook": N_("program to be told ended"),
    "open review": N_("review opened"),
    "close review": N_("review closed"),
    "disown": N_("“it was not us”"),
    "revoke links": N_("links revoked"),
    "rotate keys": N_("signing key changed"),
    "set link policy": N_("rule for links set"),
    "send code": N_("code sent to the registered mailbox"),
    "send link": N_("new link sent to the registered mailbox"),
    "close period": N_("period closed"),
    "open period": N_("period opened again"),
    "state target": N_("target stated"),
    "drop target": N_("target taken out"),
    "record actual": N_("figure recorded"),
    "drop actual": N_("figure taken out"),
    "state money": N_("money stated"),
    "drop money": N_("amount taken out"),
    "export evidence": N_("evidence taken out"),
    "policy": N_("rules set"),
    "appoint": N_("role given"),
    "dismiss": N_("role ended"),
    "not permitted": N_("not permitted"),
    "hand over": N_("handed over"),
    "succeed": N_("passed to the heir"),
    "undo succession": N_("succession undone"),
    "change agency": N_("agency changed"),
    "add name": N_("name taught"),
    "remove name": N_("name forgotten"),
    "list group": N_("group listed"),
    "add agency": N_("agency entered"),
    "set mailbox": N_("mailbox set"),
    "add focal point": N_("focal point named"),
    "change calendar": N_("calendar changed"),
    "make feed": N_("calendar feed made"),
    "revoke feed": N_("calendar feed revoked"),
    "retry letter": N_("letter to be sent again"),
}

FIELD_LABELS = {
    "no": N_("No."),
    "section": N_("Section"),
    "text": N_("What is to be done"),
    "lead": N_("Lead"),
    "coordinating": N_("Coordinating"),
    "deliverable": N_("Deliverable"),
    "timing": N_("Time as written"),
    "due": N_("Due"),
    "agency": N_("Agency"),
    "person": N_("Person"),
    "status": N_("Status"),
    "result": N_("Result"),
    "document": N_("Document number"),
    "document_on": N_("Day of the document"),
    "nothing_arose": N_("Nothing arose"),
    "period": N_("Period"),
    "wanted": N_("Asked"),
    "after_deadline": N_("Asked after the deadline"),
    "basis": N_("Basis"),
    "of": N_("Of whom"),
    "what": N_("What is asked for"),
    "confirmation": N_("Confirmation"),
    "monitor": N_("Confirmed by"),
    "mailbox": N_("Mailbox"),
    "request": N_("Request no."),
    "confidential": N_("Confidential"),
    "readers": N_("Also seen by"),
    "role": N_("Role"),
    "tried": N_("Tried"),
    "indicator": N_("Indicator"),
    "named": N_("Name"),
    "unit": N_("Unit"),
    "relation": N_("Kind of target"),
    "target": N_("Target"),
    "upper": N_("Upper limit"),
    "baseline": N_("Baseline"),
    "term": N_("Time of the target"),
    "whole": N_("The whole is"),
    "value": N_("Value"),
    "remark": N_("Note"),
    "purpose": N_("Purpose"),
    "beneficiary": N_("Beneficiary"),
    "stage": N_("Stage"),
    "money_from": N_("Source"),
    "amount": N_("Amount (million đồng)"),
}


# How figures, and words that a column knows, are said.
FIGURES: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("target", "upper", "baseline", "value"), lambda value: say_number(Decimal(value))),
    "amount": millions,
    "relation": lambda value: _(RELATIONS[value]),
    "whole": lambda value: _(WHOLES[value]),
    "stage": lambda value: _(STAGES[value]),
    "money_from": lambda value: _(SOURCES[value]),
    "term": say_term,
}


def say_act(act: str) -> str:
    """What an act of the history is called in the current language."""
    return _(ACT_LABELS[act]) if act in ACT_LABELS else act


def say_value(name: str, value: Any) -> str:
    """What a field of an entry says, for a person."""
    if value in (None, "", []):
        return "–"
    if name == "status":
        return say_status(value)
    if name == "role" and value in list(Role):
        return say_role(value)
    if name == "tried" and value in ACT_NAMES:
        return _(ACT_NAMES[value])
    if name in FIGURES:
        return FIGURES[name](value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        value = " ".join(str(part) for part in value.values())
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    return show_days(str(value))
