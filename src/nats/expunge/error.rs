//! Why erasing from a stream failed. Must never carry what a message says, nor an id.

/// Why erasing failed. What was erased by then stays erased; it may be tried again.
#[derive(Debug, thiserror::Error)]
pub enum ExpungeError {
    /// The server does not erase a message.
    #[error("erase message {sequence} of the stream {stream}")]
    Erase {
        /// The stream.
        stream: String,
        /// The message's number.
        sequence: u64,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server answers that nothing may be erased there.
    #[error(
        "erase message {sequence} of the stream {stream}: it lets none be deleted, expected deny_delete = false; that cannot be changed, make the stream anew"
    )]
    Denied {
        /// The stream.
        stream: String,
        /// The message's number.
        sequence: u64,
    },
    /// The server could not be asked, or did not answer.
    #[error("{attempted} the stream {stream} to erase from it")]
    Broker {
        /// What was attempted.
        attempted: &'static str,
        /// The stream.
        stream: String,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It has no room for what is to be written into it, and would take nothing any more.
    #[error(
        "write the documents of profiles anew: the stream {stream} lacks {bytes} bytes for them, raise its max_bytes"
    )]
    Full {
        /// The stream.
        stream: String,
        /// How many bytes.
        bytes: u64,
    },
    /// What is to be erased has not come there yet.
    #[error("erase from the stream {stream}: it has not taken all of the journal yet, try again")]
    Behind {
        /// The stream.
        stream: String,
    },
}

impl ExpungeError {
    /// A failure of the broker, or of the way to it.
    pub(crate) fn broker(
        attempted: &'static str,
        stream: &str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Broker {
            attempted,
            stream: stream.to_owned(),
            source: source.into(),
        }
    }
}
