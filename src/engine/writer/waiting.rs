//! Who waits for a batch, and what they are told.

use tokio::sync::oneshot;

use crate::{
    engine::{
        api::{Answer, Command, CommandError, Outcome, Receipt},
        commands::Ordered,
        writer::{chores::Chore, handle::Job, input::Input},
    },
    journal::Position,
};

/// Who waits for a batch.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    submissions: Vec<(usize, oneshot::Sender<Receipt>)>,
    commands: Vec<oneshot::Sender<(Result<Answer, CommandError>, Position)>>,
    /// What is to be done with the journal's files after it.
    pub(crate) chores: Vec<Chore>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// One per submission.
    pub(crate) outcomes: Vec<Outcome>,
    /// One per command.
    pub(crate) answers: Vec<Result<Answer, CommandError>>,
}

impl Done {
    /// With what became of the next part.
    pub(crate) fn extend(&mut self, more: Self) {
        self.outcomes.extend(more.outcomes);
        self.answers.extend(more.answers);
    }
}

impl Waiting {
    /// Takes a job into the batch; whether to go on.
    pub(crate) fn admit(&mut self, job: Job, input: &mut Input) -> bool {
        match job {
            Job::Submit {
                items,
                position,
                reply,
            } => {
                self.submissions.push((items.len(), reply));
                input.submissions.extend(items);
                input.position = position.or_else(|| input.position.take());
                true
            }
            Job::Command { ordered, reply } => {
                self.commands.push(reply);
                input.commands.push(*ordered);
                true
            }
            Job::Carry {
                moved,
                position,
                reply,
            } => {
                self.submissions.push((0, reply));
                input.commands.push(Ordered::of_our_own(Command::Carry(moved)));
                input.position = Some(position);
                true
            }
            Job::Chore(chore) => {
                self.chores.push(chore);
                true
            }
            Job::Wake => true,
            Job::Stop => false,
        }
    }

    /// Tells everybody. A caller that no longer waits has left; its items are committed all the same.
    pub(crate) fn answer(self, done: Done, position: Position) {
        let mut outcomes = done.outcomes.into_iter();
        for (count, reply) in self.submissions {
            let outcomes = outcomes.by_ref().take(count).collect();
            reply.send(Receipt { position, outcomes }).ok();
        }
        for (answer, reply) in done.answers.into_iter().zip(self.commands) {
            reply.send((answer, position)).ok();
        }
    }
}
