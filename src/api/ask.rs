//! Questions to the engine: asked off the async threads, after the position that the caller insists on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use tokio::runtime::{Handle as Runtime, RuntimeFlavor};

use crate::{
    api::{Api, Failure, Who},
    engine::{
        Position, ProfileId, Query, QueryError,
        queries::query::{Address, Found, Portrait},
    },
};

impl Api {
    /// Asks the engine on a thread that may block; `name` is what the time it takes is counted under.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Query) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T, Failure> {
        let query = self.handle.query();
        let started = Instant::now();
        let asked = tokio::task::spawn_blocking(move || question(&query)).await;
        self.metrics.took(name, started.elapsed());
        asked
            .map_err(|error| Failure::internal(&error))?
            .map_err(Failure::from)
    }

    /// The same on this thread, for a question that is answered in less than the way to another thread and back takes where
    /// all processors are busy. It may block all the same, so whatever else this thread had to do goes to another one.
    pub(crate) async fn ask_here<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Query) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T, Failure> {
        if Runtime::current().runtime_flavor() != RuntimeFlavor::MultiThread {
            return self.ask(name, question).await;
        }
        let query = self.handle.query();
        let started = Instant::now();
        // Nothing is done with what a question left behind: it only reads.
        let asked = tokio::task::block_in_place(|| catch_unwind(AssertUnwindSafe(|| question(&query))));
        self.metrics.took(name, started.elapsed());
        asked
            .map_err(|_panic| Failure::internal(&"a question panicked"))?
            .map_err(Failure::from)
    }

    /// Waits for `min_position`, if there is one: whoever wrote reads what they wrote.
    ///
    /// # Errors
    /// When it does not come in time.
    pub(crate) async fn reached(&self, min_position: Option<u64>) -> Result<(), Failure> {
        let Some(position) = min_position.map(Position) else {
            return Ok(());
        };
        let reached = tokio::time::timeout(self.limits.position_wait, self.handle.reached(position));
        reached.await.map_err(|_| Failure::not_reached())
    }

    /// The one profile that `who` means, once `min_position` is reached.
    ///
    /// # Errors
    /// Not found, or conflict where there are several.
    pub(crate) async fn one(&self, who: &Who, min_position: Option<u64>) -> Result<ProfileId, Failure> {
        self.reached(min_position).await?;
        let nobody = || Failure::nobody_there("no profile has this id, and nobody holds this identifier");
        let address = self
            .address(who, self.limits.region.as_ref())?
            .ok_or_else(nobody)?;
        if matches!(address, Address::Identifier(_)) {
            self.may_look_up()?;
        }
        match self.ask_here("find", move |query| query.find(&address)).await? {
            Found::None => Err(nobody()),
            Found::One(id) => {
                self.tells(None, &[id]).await?;
                Ok(id)
            }
            Found::Many(ids) => {
                self.tells(None, &ids).await?;
                Err(Failure::several(&ids))
            }
        }
    }

    /// The one profile that `who` means, where it holds that and not only mentions it: for what must not be done to, or told
    /// of, whoever once typed somebody else's e-mail.
    ///
    /// # Errors
    /// Those of [`Api::one`], and conflict where it is only mentioned.
    pub(crate) async fn one_holding(
        &self,
        who: &Who,
        min_position: Option<u64>,
    ) -> Result<ProfileId, Failure> {
        let id = self.one(who, min_position).await?;
        let Some(address) = self.address(who, self.limits.region.as_ref())? else {
            return Ok(id);
        };
        match self
            .ask_here("find", move |query| query.find_holding(&address))
            .await?
        {
            Found::None => Err(Failure::only_mentioned(&[id])),
            Found::One(id) => Ok(id),
            Found::Many(ids) => Err(Failure::several(&ids)),
        }
    }

    /// The profile `id`, which was live when it was found; where it was absorbed since, its survivor.
    ///
    /// # Errors
    /// Not found where it was parted since, so that the id leads to several.
    pub(crate) async fn portrait(&self, id: ProfileId) -> Result<Portrait, Failure> {
        let portrait = self
            .ask_here("profile", move |query| query.portrait_or_survivor(id))
            .await?;
        portrait.ok_or_else(Failure::changed_id)
    }
}
