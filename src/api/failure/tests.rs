//! What each failure is to a caller.

use super::*;

fn check(failure: impl Into<Failure>, status: u16, code: &str, passes: bool) {
    let failure = failure.into();
    let told = serde_json::to_value(failure.problem()).unwrap();
    assert_eq!(
        (failure.status(), failure.code(), failure.class().passes()),
        (status, code, passes)
    );
    assert_eq!((&told["status"], &told["code"]), (&status.into(), &code.into()));
    assert_eq!(failure.to_string(), format!("{code}: {}", failure.message()));
    assert_eq!(told["message"], failure.message());
}

#[test]
fn what_may_be_sent_again_is_told_apart_from_what_may_not() {
    check(SubmitError::Busy, 429, "busy", true);
    check(SubmitError::Stopped, 503, "stopped", true);
    check(SubmitError::NotOwner, 503, "not_owner", true);
    check(SubmitError::DiskFull, 503, "disk_full", true);
    check(CommandError::Unavailable(SubmitError::Busy), 429, "busy", true);
    check(Failure::not_reached(), 504, "position_not_reached", true);
    check(Failure::overloaded("too many"), 503, "overloaded", true);
    check(Failure::timed_out(), 503, "timed_out", true);
    check(CommandError::OnTheMove, 503, "on_the_move", true);
    check(CommandError::NobodyThere, 404, "nobody_there", false);
    check(CommandError::Nameless, 409, "nameless", false);
    check(CommandError::JoinsNobody, 409, "joins_nobody", false);
    check(CommandError::Indivisible, 409, "indivisible", false);
    check(CommandError::NothingToUndo, 404, "nothing_to_undo", false);
    check(Failure::used_request_id(), 409, "request_id_used", false);
    check(QueryError::BadCursor, 400, "bad_cursor", false);
    check(Failure::too_large(7), 413, "too_large", false);
}

#[test]
fn an_internal_cause_stays_inside() {
    let failure = Failure::internal(&"open /secret/place");
    assert_eq!((failure.status(), failure.code()), (500, "internal"));
    let told = serde_json::to_string(failure.problem()).unwrap();
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn several_profiles_are_named() {
    let ids = [ProfileId([1; 16]), ProfileId([2; 16])];
    let failure = Failure::from(CommandError::Several(ids.to_vec()));
    assert_eq!((failure.status(), failure.code()), (409, "several_profiles"));
    let told = serde_json::to_value(failure.problem()).unwrap();
    assert_eq!(told["profiles"], serde_json::json!(ids.map(|id| id.to_string())));
}
