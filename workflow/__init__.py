"""The record of directives and its rules.

A *directive* gives *tasks* to *agencies*. A task's *timing* becomes *occurrences*, one for each lead agency and period.
People move an occurrence's *status* through the state machine; its *standing* (overdue, due soon …) is computed from the
calendar and never stored. Every move leaves an *audit entry*.

Nothing in this package knows about e-mail, file formats or HTTP. `docs/glossary.md` has the words in both languages.
"""
