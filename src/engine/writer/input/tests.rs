//! How a batch is parted that holds more than a commit may.

use super::*;
use crate::{engine::api::Command, store::ErasureId};

fn command(id: usize) -> Ordered {
    Ordered {
        command: Command::RevokeQr { token: String::new() },
        request: None,
        token: String::new(),
        id: id.to_string(),
        erasure: ErasureId([0; 16]),
    }
}

fn submission(id: usize) -> Submission {
    Submission::Refused(Box::new(Rejection {
        reason: Reason::NotJson,
        message: String::new(),
        id: Some(id.to_string()),
        source: None,
        origin: None,
        body: Vec::new(),
    }))
}

fn position() -> InputPosition {
    InputPosition {
        stream: "events".to_owned(),
        created_ns: 0,
        sequence: 7,
        digest: [0; 16],
    }
}

/// The parts in the order in which they are committed.
fn parts(mut input: Input) -> Vec<Input> {
    if input.len() < 2 {
        return vec![input];
    }
    let rest = input.split_off_half();
    assert!(
        input.len() > 0 && rest.len() > 0,
        "a part is smaller than the whole"
    );
    [parts(input), parts(rest)].into_iter().flatten().collect()
}

#[test]
fn a_parted_batch_keeps_its_order_and_its_commands_come_first() {
    for (commands, submissions) in [(0, 5), (1, 1), (3, 0), (3, 1), (2, 7)] {
        let mut ids = Vec::new();
        let whole = Input {
            submissions: (0..submissions).map(submission).collect(),
            commands: (0..commands).map(command).collect(),
            position: Some(position()),
            ..Input::default()
        };
        let parts = parts(whole);
        let tellers = parts.iter().map(|part| part.position.is_some());
        let last_alone = (1..=parts.len()).map(|place| place == parts.len());
        assert!(
            tellers.eq(last_alone),
            "the last part alone says that all is consumed"
        );
        for part in parts {
            assert_eq!(part.len(), 1);
            ids.extend(part.commands.into_iter().map(|one| format!("command {}", one.id)));
            ids.extend(part.submissions.into_iter().filter_map(|one| match one {
                Submission::Refused(rejection) => rejection.id,
                Submission::Event(_) | Submission::Read(..) => None,
            }));
        }
        let expected = (0..commands).map(|id| format!("command {id}"));
        let expected: Vec<String> = expected
            .chain((0..submissions).map(|id| id.to_string()))
            .collect();
        assert_eq!(ids, expected);
    }
}
