//! Having the owner of something carry out what only it does: each answers on subjects of its own.

use std::time::Duration;

use async_nats::{
    Client, Message, Request, RequestErrorKind,
    service::{NATS_SERVICE_ERROR, NATS_SERVICE_ERROR_CODE},
};

use crate::{
    api::{Refusal, Undelivered},
    nats::service::header,
};

/// How long an owner may take: its commit, and those of the batch that it is in.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// What stands for an answer whose number cannot be read, and its code.
const UNREADABLE: u16 = 500;
const INTERNAL: &str = "internal";

/// What the owner that answers on a subject says to a request.
///
/// # Errors
/// [`Undelivered`].
pub(super) async fn delivered(
    client: &Client,
    subject: String,
    request: Request,
) -> Result<Message, Undelivered> {
    let answer = client
        .send_request(subject, request.timeout(Some(ANSWER_WAIT)))
        .await;
    let answer = answer.map_err(|error| match error.kind() {
        RequestErrorKind::NoResponders => Undelivered::NoOwner,
        _ => Undelivered::Lost,
    })?;
    match refusal(&answer) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(answer),
    }
}

/// Why an owner did not do it, where it says so.
fn refusal(answer: &Message) -> Option<Refusal> {
    let status = header(answer, NATS_SERVICE_ERROR_CODE)?;
    let told = header(answer, NATS_SERVICE_ERROR).unwrap_or_default();
    let (code, message) = told.split_once(": ").unwrap_or((INTERNAL, told));
    Some(Refusal {
        status: status.parse().unwrap_or(UNREADABLE),
        code: code.to_owned(),
        message: message.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use async_nats::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn a_refusal_is_told_as_the_owner_told_it() {
        let mut answer = Message {
            subject: "s".into(),
            reply: None,
            payload: Vec::new().into(),
            headers: None,
            status: Some(StatusCode::OK),
            description: None,
            length: 0,
        };
        assert_eq!(refusal(&answer), None);
        let mut told = HeaderMap::new();
        told.insert(NATS_SERVICE_ERROR_CODE, "409");
        told.insert(NATS_SERVICE_ERROR, "request_id_used: choose: a new one");
        answer.headers = Some(told);
        let refusal = refusal(&answer).unwrap();
        assert_eq!((refusal.status, refusal.code.as_str()), (409, "request_id_used"));
        assert_eq!(refusal.message, "choose: a new one");
    }
}
