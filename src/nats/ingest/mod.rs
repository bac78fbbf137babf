//! Events in: from the input stream to the writer, and from what is posted into the input stream.
//!
//! Owns where the stream is read, whether it is still the same, and who waits for a commit of what went into it. Must
//! never acknowledge a message, skip one, or decide what one means: reading is [`crate::wire::decode_message`], and how
//! far the input is consumed stands in the journal alone. `app` builds the parts and runs them.
//!
//! | what | where |
//! |---|---|
//! | reading and feeding, from the journaled position on | [`Follower`] |
//! | the messages of the stream, without a gap | `input`, `read` |
//! | what they are: of channels, or of a resolver | [`Source`] |
//! | what who joins a partition had in another | `parcels` |
//! | whether it is the stream that was read | [`IdentityError`] |
//! | posted bodies into the stream | [`StreamIntake`] |
//! | refused messages once more | [`StreamRetry`] |
//! | who waits for their commit | [`Waiters`], `settle` |

pub(crate) mod error;
mod follower;
mod identity;
pub(crate) mod input;
mod intake;
mod lag;
pub(crate) mod parcels;
pub(crate) mod read;
mod retry;
mod settle;
mod source;
mod waiters;

pub use crate::nats::ingest::{
    error::{FollowError, RoutedError},
    follower::{FollowSettings, Follower, FollowerParts},
    identity::{IdentityError, StreamState, check_state},
    intake::{IntakeParts, IntakeSettings, PublishBatch, Publishing, StreamIntake},
    read::{INDEX_HEADER, REQUEST_HEADER},
    retry::{RETRY_HEADER, StreamRetry},
    source::{RoutedSource, Source},
    waiters::{Wait, Waiters},
};
