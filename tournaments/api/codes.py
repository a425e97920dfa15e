"""Every code of a problem, and when it comes. The page /api/docs/errors/ shows this list."""

REQUEST = {
    "bad_content_length": "400. Content-Length is not a whole number.",
    "bad_idempotency_key": "400. The Idempotency-Key has characters that cannot be printed.",
    "bad_request": "400. The request cannot be read.",
    "idempotency_key_reused": "409. The Idempotency-Key was used for another request.",
    "idempotency_key_too_long": "400. The Idempotency-Key has more than 200 characters.",
    "incomplete_body": "400. The upload ended before its last byte; nothing was kept.",
    "invalid": "400. Fields of the request have faults; errors lists them.",
    "length_required": "400. The body came without Content-Length.",
    "method_not_allowed": "405. The address does not do this; Allow says what it does.",
    "not_acceptable": "406. The answer cannot be given in any form that Accept names.",
    "parse_error": "400. The body is not JSON.",
    "range_not_satisfiable": "416. The file ends before the range begins; Content-Range has its size.",
    "throttled": "429. Too many requests; Retry-After says when to ask again.",
    "too_large": "413. The body is larger than this address takes.",
    "unsupported_media_type": "415. This address does not take a body of this type.",
}
SERVER = {
    "server_error": "500. The server could not do this; it has been logged.",
    "unavailable": "503. The server cannot reach its database; try again.",
}
ACCESS = {
    "bad_key": "401. The API key is not valid, has expired or was revoked.",
    "excluded": "403. The participant is excluded from this round.",
    "login_needed": "401. This is not for strangers: send an API key, or log in.",
    "not_a_participant": "403. You do not take part in this tournament.",
    "not_found": "404. There is no such thing, or it is not yours to see.",
    "not_yours": "403. The submission belongs to another participant.",
    "operator_only": "403. Only operators of the tournament may do this.",
    "overseer_only": "403. Only operators and auditors of the tournament may see this.",
    "permission_denied": "403. The session's request lacks its CSRF token.",
    "scope_missing": "403. The API key lacks the scope that this needs.",
}
PEOPLE = {
    "bad_alias": "400. An alias has 1 to 40 letters, digits, spaces and . ' - _ only.",
    "bad_forecaster_name": "400. A forecaster's name has 1 to 40 letters, digits and _ . - only.",
    "bad_kind": "400. There is no such kind of participant.",
    "bad_username": "400. A user name has letters, digits and . @ + - _ only.",
    "forecaster_exists": "409. You have a forecaster of this name.",
    "participant_exists": "409. Alias or external id is taken, or the user plays here already.",
    "unknown_forecaster": "404. You have no forecaster of this name.",
    "unknown_participant": "404. Nobody takes part under this alias.",
    "username_taken": "409. There is a user of this name.",
}
ROUND = {
    "already_settled": "409. The round is settled.",
    "closes_in_the_past": "400. The deadline is not in the future.",
    "file_rejected": "422. The file has faults; faults lists every kind with its first rows.",
    "forecaster_mismatch": "400. The request names a forecaster, and the file others.",
    "labels_missing": "409. Live rows have neither a label nor are they void.",
    "not_blended": "409. The round is still being scored and blended.",
    "not_closed": "409. The round has not closed.",
    "not_correctable": "409. The round is past the state in which labels may change.",
    "not_later": "400. An extension moves the deadline later, to a time in the future.",
    "nothing_left": "400. Every row of the round would be void.",
    "over_quota": "409. All files of this round's quota are used.",
    "reason_needed": "400. A reason of 3 to 300 characters is needed; it is shown in the log.",
    "resolving": "409. The round is being resolved at this moment.",
    "round_not_open": "409. The round takes no files in its state.",
    "split_not_shown": "409. The scores of this split may not be shown yet.",
    "too_late": "409. The deadline is over; closes_at and now are the server's.",
    "unknown_blend": "404. The round has no blend of this name.",
    "unknown_id": "400. Ids are not in this round.",
    "wrong_state": "409. The round is not in a state for this.",
}
CODES = {**REQUEST, **SERVER, **ACCESS, **PEOPLE, **ROUND}
