//! What was worked out of claims alone: the blocks of a face, and how alike two faces are.
//!
//! A face never changes what it shows, so what is remembered of it holds for as long as the process runs; it is bounded,
//! and whatever is forgotten is worked out again. Owned by the writer; a query begins with nothing.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use crate::{
    domain::similarity::Bits,
    store::{FaceHash, KeyHash},
};

/// Pairs that are remembered: about 100 bytes each.
const PAIRS_MAX: usize = 262_144;
/// Faces whose blocks are remembered: up to 16 blocks of 16 bytes each.
const FACES_MAX: usize = 32_768;

/// What is remembered of faces.
#[derive(Debug, Default)]
pub struct Memory {
    blocks: RefCell<HashMap<FaceHash, Arc<[KeyHash]>>>,
    likenesses: RefCell<HashMap<(FaceHash, FaceHash), Option<Bits>>>,
}

impl Memory {
    /// The blocks of a face, worked out by `work` where they are not known.
    pub(crate) fn blocks(&self, face: FaceHash, work: impl FnOnce() -> Vec<KeyHash>) -> Arc<[KeyHash]> {
        if let Some(known) = self.blocks.borrow().get(&face) {
            return Arc::clone(known);
        }
        let blocks: Arc<[KeyHash]> = work().into();
        let mut remembered = self.blocks.borrow_mut();
        if remembered.len() >= FACES_MAX {
            remembered.clear();
        }
        remembered.insert(face, Arc::clone(&blocks));
        blocks
    }

    /// How much speaks for two faces being one person's, if that is known; the inner `None` is not enough.
    pub(crate) fn likeness(&self, pair: (FaceHash, FaceHash)) -> Option<Option<Bits>> {
        self.likenesses.borrow().get(&pair).copied()
    }

    /// Remembers a likeness.
    pub(crate) fn remember(&self, pair: (FaceHash, FaceHash), likeness: Option<Bits>) {
        let mut remembered = self.likenesses.borrow_mut();
        if remembered.len() >= PAIRS_MAX {
            remembered.clear();
        }
        remembered.insert(pair, likeness);
    }
}
