"""Messages to another system, kept until they are delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from attendance.errors import Reason

WEBHOOK_URL_SETTING = "webhook_url"
"""Setting of the site: which address messages go to; "" while there is none, and then none is kept.

The address itself may hold a token and is kept sealed; earlier versions kept it here.
"""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message that waits.

    Attributes:
        id: grows in the order in which the messages were made.
        event_id: unique for the receiver, the same in every attempt.
        person_id: whom it is about, None when erased or nobody; messages of one person keep their order.
        body: JSON object as it is sent.
        attempts: how often it was tried.
        next_utc: not before this aware UTC instant.
    """

    id: int
    event_id: str
    person_id: int | None
    body: str
    attempts: int
    next_utc: datetime


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """One message that the receiver refused for good; it is kept until somebody decides about it.

    Attributes:
        id: of the message in this database.
        event_id: as the receiver knows it.
        body: JSON object as it was sent.
        refused_utc: aware UTC instant of the last answer.
        reason: what the receiver answered; None where that is not readable any more.
    """

    id: int
    event_id: str
    body: str
    refused_utc: datetime
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How the messages stand.

    Attributes:
        waiting: not delivered yet.
        delivered: delivered and not yet cleared away.
        oldest_utc: when the oldest waiting one was made, None without any.
        next_utc: when the next one may be tried, None without any.
        last_error: of the oldest waiting one, None when it was not tried.
        refused: refused by the receiver for good; they hold nobody up.
    """

    waiting: int
    delivered: int
    oldest_utc: datetime | None
    next_utc: datetime | None
    last_error: Reason | None
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one attempt went.

    Attributes:
        reason: None when the receiver took the message, else one clause without any secret.
        is_receiver_down: no other message has a chance now either.
        is_refused: the receiver will never take this message as it is; others may pass.
    """

    reason: Reason | None = None
    is_receiver_down: bool = False
    is_refused: bool = False
