//! How those are who serve customers.

use crate::{domain::event::Event, engine::batch::Batch, store::Error};

impl Batch<'_> {
    /// Takes in how somebody is who serves customers.
    ///
    /// # Errors
    /// When the store cannot be read or a record cannot be encoded.
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "nothing is kept of agents yet"
    )]
    pub(crate) fn note_agent(&mut self, _event: &Event) -> Result<(), Error> {
        Ok(())
    }
}
