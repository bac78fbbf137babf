//! A journal around another one, which differs in how it takes commits: all else is the inner one's.

/// What the journal in a field answers, within an implementation of [`yekta::journal::Journal`].
macro_rules! passes_on {
    ($journal:ident) => {
        fn identity(&self) -> String {
            self.$journal.identity()
        }

        fn epoch(&self) -> u64 {
            self.$journal.epoch()
        }

        fn last(&self) -> yekta::journal::Position {
            self.$journal.last()
        }

        fn last_batch(&self) -> u64 {
            self.$journal.last_batch()
        }

        fn reader(&self) -> Box<dyn yekta::journal::ReadJournal> {
            self.$journal.reader()
        }

        fn forget(
            &mut self,
            through: yekta::journal::Position,
        ) -> Result<yekta::journal::Position, yekta::journal::Error> {
            self.$journal.forget(through)
        }
    };
}
