//! Taking: a batch becomes one commit, or several where it holds more than one may.
//!
//! Owns in what parts it is taken, what each builds on, and who is told that something fits no commit.

use std::sync::Arc;

use crate::{
    decide::rule::Rulebook,
    engine::{
        api::{Answer, Command, CommandError},
        commands::Ordered,
        erasing::expire::EVENTS_MAX,
        error::{Error, chain},
        state::ahead::Ahead,
        step::Ground,
        writer::{input::Input, waiting::Done, worker::Worker},
    },
    store::ErasureId,
};

impl Worker {
    /// Steps a batch, in parts if it holds more than a commit may. An item that does not fit by itself is refused like
    /// any bad input: it must not stop the others.
    pub(crate) fn take(&mut self, mut input: Input) -> Result<Done, Error> {
        if self.standing.staged.is_some() && input.is_move() {
            return self.take_in_stages(input);
        }
        match self.attempt(&input) {
            Ok(done) => self.erase_larger(input, done),
            // Without it whatever follows in the input would be placed by half of what is known.
            Err(error) if error.is_too_large() && input.is_move() => self.take_in_stages(input),
            Err(error) if error.is_too_large() && input.halve_upkeep() => self.take(input),
            Err(error) if error.is_too_large() && input.len() > 1 => {
                let rest = input.split_off_half();
                let mut done = self.take(input)?;
                done.extend(self.take(rest)?);
                Ok(done)
            }
            Err(error) if error.is_too_large() && input.stay() => {
                tracing::error!(
                    error = %chain(&error),
                    "the values that connect customers who are to go to a new partition fit no commit, and they stay where they \
                     are; let a commit hold more"
                );
                self.take(input)
            }
            Err(error) if error.is_too_large() && input.postpone() => self.take(input),
            Err(error) if error.is_too_large() && input.pass_over() => {
                tracing::error!(
                    error = %chain(&error),
                    "what a rule decides for a customer, or what is told of one who moved, fits no commit and is left undone; let \
                     a commit hold more"
                );
                self.take(input)
            }
            Err(error) if error.is_too_large() && input.refuse_event() => self.attempt(&input),
            Err(error) if error.is_too_large() && !input.commands.is_empty() => {
                let done = Done {
                    outcomes: Vec::new(),
                    answers: vec![Err(CommandError::TooLarge)],
                };
                self.erase_larger(input, done)
            }
            Err(error) if error.is_too_large() && input.repairs > 0 => {
                tracing::error!(
                    error = %chain(&error),
                    "what one value did to many fits no commit and stays pending; let a commit hold more, or lower \
                     identifiers.atoms_max"
                );
                self.upkeep.is_stuck = true;
                Ok(Done::default())
            }
            Err(error) if error.is_too_large() && input.expiring.is_some() => {
                tracing::error!(
                    error = %chain(&error),
                    "what is kept no longer fits no commit and stays; let a commit hold more"
                );
                self.pass_over(input.expiring)?;
                Ok(Done::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Erases in several commits each whom one was too small for. All else of the input is committed already.
    fn erase_larger(&mut self, input: Input, mut done: Done) -> Result<Done, Error> {
        for (ordered, answer) in input.commands.into_iter().zip(&mut done.answers) {
            let is_erasure = matches!(ordered.command, Command::Erase { .. } | Command::EraseAgain(_));
            if is_erasure && matches!(answer, Err(CommandError::TooLarge)) {
                *answer = self.erase_in_parts(ordered)?;
            }
        }
        Ok(done)
    }

    /// Begins an erasure and goes on with it to its end; nothing comes in between, so that who is half erased changes
    /// nothing and is asked for nothing.
    fn erase_in_parts(&mut self, ordered: Ordered) -> Result<Result<Answer, CommandError>, Error> {
        let input = Input {
            in_parts: true,
            ..Input::command(ordered)
        };
        let begun = match self.attempt(&input) {
            Err(error) if error.is_too_large() => return Ok(Err(CommandError::TooLarge)),
            begun => begun?.answers.pop(),
        };
        match begun {
            Some(Ok(Answer::Erased { erasure })) => self.erase_on(erasure.id),
            Some(other) => Ok(other),
            None => Ok(Err(CommandError::TooLarge)),
        }
    }

    /// Goes on with an erasure that was begun, to its end: its receipt.
    pub(crate) fn erase_on(&mut self, erasure: ErasureId) -> Result<Result<Answer, CommandError>, Error> {
        let (mut most, mut postpones) = (EVENTS_MAX, false);
        loop {
            let input = Input {
                postpones,
                ..Input::command(Ordered::of_our_own(Command::EraseOn { erasure, most }))
            };
            match self.attempt(&input) {
                Ok(done) => match done.answers.into_iter().next() {
                    Some(Ok(Answer::Noted)) => {}
                    Some(answer) => return Ok(answer),
                    None => return Ok(Err(CommandError::TooLarge)),
                },
                Err(error) if error.is_too_large() && !postpones => postpones = true,
                Err(error) if error.is_too_large() && most > 1 => most /= 2,
                Err(error) if error.is_too_large() => {
                    tracing::error!(
                        error = %chain(&error),
                        %erasure,
                        "an erasure fits no commit even in parts and stays unfinished; let a commit hold more and start again"
                    );
                    return Ok(Err(CommandError::TooLarge));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What the next step builds on.
    pub(crate) fn before(&self) -> Ahead<'_> {
        let under_way = self.under_way.as_ref().map(|one| Arc::clone(&one.commit));
        Ahead::new(self.store.clone(), under_way, &self.known)
    }

    /// What it goes by.
    pub(crate) fn ground<'a>(&'a self, before: &'a Ahead<'a>, book: &'a Arc<Rulebook>) -> Ground<'a> {
        Ground {
            before,
            keyring: &self.keyring,
            rules: &self.rules,
            memory: &self.memory,
            book,
            health: &self.failing,
        }
    }
}
