//! Answers to ingest.

use serde::Serialize;

/// How far what was accepted has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is committed: durable and visible.
    Committed,
    /// It is durable and will be committed.
    Queued,
}

/// What became of a request's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ingested {
    success: bool,
    status: Status,
    accepted: usize,
    duplicates: Option<usize>,
    rejected: Vec<Rejected>,
    position: Option<u64>,
}

/// An event that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Its place in the request, from 0.
    pub index: usize,
    /// The sender's id of it, where it had a readable one.
    pub id: Option<String>,
    /// The reason, for programs.
    pub code: &'static str,
    /// The reason, for people; never a value that was sent.
    pub message: String,
}

impl Ingested {
    /// The answer after a commit: `duplicates` of the `accepted` were known before; `position` is the journal's, to
    /// be given as `min_position`, and `None` where nothing was written.
    pub fn committed(
        accepted: usize,
        duplicates: usize,
        rejected: Vec<Rejected>,
        position: Option<u64>,
    ) -> Self {
        let status = Status::Committed;
        Self {
            success: true,
            status,
            accepted,
            duplicates: Some(duplicates),
            rejected,
            position,
        }
    }

    /// How many were refused for this reason.
    pub fn refused_for(&self, code: &str) -> usize {
        self.rejected.iter().filter(|one| one.code == code).count()
    }

    /// The answer once everything stands in the input stream: how many of the `accepted` are known is not known yet, and
    /// there is no position of the journal that would show them.
    pub fn queued(accepted: usize, rejected: Vec<Rejected>) -> Self {
        Self {
            success: true,
            status: Status::Queued,
            accepted,
            duplicates: None,
            rejected,
            position: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ingested, Rejected};

    #[test]
    fn an_answer_has_all_its_members() {
        let rejected = Rejected {
            index: 1,
            id: None,
            code: "no_type",
            message: "read an event: expected a type".to_owned(),
        };
        insta::assert_snapshot!(
            serde_json::to_string(&Ingested::committed(2, 1, vec![rejected], Some(41))).unwrap(),
            @r#"{"success":true,"status":"committed","accepted":2,"duplicates":1,"rejected":[{"index":1,"id":null,"code":"no_type","message":"read an event: expected a type"}],"position":41}"#
        );
        insta::assert_snapshot!(
            serde_json::to_string(&Ingested::queued(2, Vec::new())).unwrap(),
            @r#"{"success":true,"status":"queued","accepted":2,"duplicates":null,"rejected":[],"position":null}"#
        );
    }
}
