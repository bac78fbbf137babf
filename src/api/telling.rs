//! For whom questions are answered, and what is counted and noted before anybody is told of anybody.

use std::sync::Arc;

use crate::{
    api::{Api, Failure, guard::Caller},
    engine::{
        ProfileId,
        api::Target,
        queries::query::{Address, Found},
    },
    wire,
};

impl Api {
    /// The same, answering for `caller`. Until then it answers for nobody, who is told nothing by any view.
    #[must_use]
    pub fn answering(&self, caller: Caller) -> Self {
        Self {
            caller: Some(Arc::new(caller)),
            ..self.clone()
        }
    }

    /// Whether the caller's token is good no longer: a stream ends with it.
    pub(crate) fn is_over(&self) -> bool {
        let now = (self.clock)();
        self.caller.as_ref().is_some_and(|caller| caller.is_over(now))
    }

    /// Counts and notes that the caller is about to be told of `people`, by a view where it is by one. Nobody is told of
    /// anybody before this.
    ///
    /// # Errors
    /// `too_many_people`; internal where it cannot be noted.
    pub(crate) async fn tells(&self, view: Option<&str>, people: &[ProfileId]) -> Result<(), Failure> {
        match &self.caller {
            Some(caller) if !people.is_empty() => {
                caller.meet(people)?;
                let new = caller.unnoted(people);
                if !new.is_empty() {
                    self.notes(caller, view, &new).await?;
                    caller.note(&new);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Counts and notes whom a command is about, before it is carried out.
    ///
    /// # Errors
    /// As of [`Api::tells`].
    pub(crate) async fn tells_of(&self, target: &Target) -> Result<(), Failure> {
        let address = match target {
            Target::Profile(id) => Address::Id(*id),
            Target::Identifier(key) => {
                self.may_look_up()?;
                Address::Identifier(key.clone())
            }
        };
        let found = self.ask_here("find", move |query| query.find(&address)).await?;
        match found {
            Found::None => Ok(()),
            Found::One(id) => self.tells(None, &[id]).await,
            Found::Many(ids) => self.tells(None, &ids).await,
        }
    }

    /// Whether the caller may still ask who somebody is.
    ///
    /// # Errors
    /// `too_many_people`.
    pub(crate) fn may_look_up(&self) -> Result<(), Failure> {
        let caller = self.caller.as_ref();
        caller.map_or(Ok(()), |caller| caller.look_up())
    }

    /// Notes that the caller is about to be shown something that may tell of anybody: what was refused, as it was sent, or
    /// all that is published.
    ///
    /// # Errors
    /// Internal where it cannot be noted.
    pub(crate) async fn tells_of_many(&self) -> Result<(), Failure> {
        match &self.caller {
            Some(caller) => self.notes(caller, None, &[]).await,
            None => Ok(()),
        }
    }

    async fn notes(&self, caller: &Caller, view: Option<&str>, people: &[ProfileId]) -> Result<(), Failure> {
        let Some(audit) = &self.audit else { return Ok(()) };
        let at = wire::time::format((self.clock)());
        let noted = audit.note(caller.telling(at, view, people)).await;
        noted.map_err(|error| Failure::internal(&error))
    }
}
