//! A snapshot's bytes in encrypted pieces: each knows its number, and whether it is the last, so that none can be left out,
//! put elsewhere or cut off.
//!
//! A piece is its length with a mark at the last (u32, little-endian) and what the cipher made of it.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use crate::cipher::{Cipher, Place};

/// Bytes of a piece before it is encrypted, but for the last.
const PIECE_BYTES: usize = 64 << 10;
/// Bytes of a piece as it lies in the file, at most.
const STORED_BYTES_MAX: u32 = 128 << 10;
/// In a length: that nothing follows.
const LAST: u32 = 1 << 31;

/// What tells the pieces of one snapshot from those of another.
pub(super) type Id = [u8; 16];

/// What a piece belongs to.
fn belongs_to(id: &Id, number: u64, is_last: bool) -> Vec<u8> {
    [&id[..], &number.to_le_bytes(), &[u8::from(is_last)]].concat()
}

/// Writes pieces.
pub(super) struct Encrypted<W: Write> {
    cipher: Arc<Cipher>,
    id: Id,
    number: u64,
    waiting: Vec<u8>,
    out: W,
}

impl<W: Write> Encrypted<W> {
    pub(super) fn new(cipher: Arc<Cipher>, id: Id, out: W) -> Self {
        Self {
            cipher,
            id,
            number: 0,
            waiting: Vec::with_capacity(PIECE_BYTES),
            out,
        }
    }

    fn piece(&mut self, is_last: bool) -> io::Result<()> {
        let context = belongs_to(&self.id, self.number, is_last);
        let piece = self.cipher.encrypt(Place::Piece, &context, &self.waiting);
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        let mark = if is_last { LAST } else { 0 };
        self.out.write_all(&(length | mark).to_le_bytes())?;
        self.out.write_all(&piece)?;
        self.number = self.number.saturating_add(1);
        self.waiting.clear();
        Ok(())
    }

    /// Writes the last piece; what it was all written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.piece(true)?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Encrypted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() >= PIECE_BYTES {
            self.piece(false)?;
        }
        let room = PIECE_BYTES.saturating_sub(self.waiting.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.waiting.extend_from_slice(taken);
        Ok(taken.len())
    }

    /// Nothing goes out before a piece is full: the last is written by [`Encrypted::finish`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads pieces.
pub(super) struct Decrypted<R: Read> {
    cipher: Arc<Cipher>,
    id: Id,
    number: u64,
    is_last: bool,
    piece: io::Cursor<Vec<u8>>,
    input: R,
}

impl<R: Read> Decrypted<R> {
    pub(super) fn new(cipher: Arc<Cipher>, id: Id, input: R) -> Self {
        Self {
            cipher,
            id,
            number: 0,
            is_last: false,
            piece: io::Cursor::default(),
            input,
        }
    }

    fn next(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        self.input.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        let (is_last, length) = (length & LAST > 0, length & !LAST);
        // Before room is made: a length that was made up costs no memory.
        if length > STORED_BYTES_MAX {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.input.read_exact(&mut piece)?;
        let context = belongs_to(&self.id, self.number, is_last);
        let piece = self.cipher.decrypt(Place::Piece, &context, &piece);
        self.piece = io::Cursor::new(piece.map_err(io::Error::other)?);
        self.number = self.number.saturating_add(1);
        self.is_last = is_last;
        match is_last && self.input.read(&mut [0])? > 0 {
            true => Err(io::Error::from(io::ErrorKind::InvalidData)),
            false => Ok(()),
        }
    }
}

impl<R: Read> Read for Decrypted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(room)?;
            if read > 0 || room.is_empty() || self.is_last {
                return Ok(read);
            }
            self.next()?;
        }
    }
}
