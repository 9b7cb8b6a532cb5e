"""What the acts and the fields of the history are called; apart from the table so that lists need not load it."""

from workflow.i18n import N_, _

ACT_LABELS = {
    "import": N_("imported"),
    "open": N_("opened"),
    "start": N_("begun"),
    "submit": N_("reported done"),
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
}


def say_act(act: str) -> str:
    """What an act of the history is called in the current language."""
    return _(ACT_LABELS[act]) if act in ACT_LABELS else act
