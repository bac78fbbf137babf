//! Mutations of seeds: what a fuzzer does, without its feedback, and the same in every run.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Mutations do not grow beyond this many bytes, unless their seed did.
const BYTES_MAX: usize = 4096;
/// Changes per mutation, at most.
const CHANGES_MAX: u32 = 6;

/// What readers of text and of numbers stumble over.
const WORDS: [&[u8]; 44] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"{\"a\":",
    b"[[[[",
    b"null",
    b"true",
    b"-0",
    b"1e999",
    b"-9223372036854775809",
    b"18446744073709551616",
    b"0.30000000000000000001",
    b"1E-400",
    b"\\u0000",
    b"\\ud800",
    b"\\udc00\\ud800",
    b"$serde_json::private::RawValue",
    b"\"$serde_json::private::Number\":",
    b"\xff",
    b"\xc0\xaf",
    b"\0",
    b"\r\n",
    b"\n\n",
    b"%00",
    b"%ff",
    b"../",
    b":",
    b"+",
    b"00",
    b"@",
    b"<",
    b"\xe2\x80\xae",
    "\u{6f0}\u{6f9}".as_bytes(),
    "\u{660}\u{669}".as_bytes(),
    "\u{fdfa}".as_bytes(),
    "\u{130}".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{200c}".as_bytes(),
    "\u{202e}".as_bytes(),
];
const NUMBERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xfa,
    0xfb,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    1 << 63,
    u64::MAX,
];

/// Makes mutations, one after the other.
pub struct Mutator<'a> {
    random: ChaCha8Rng,
    seeds: &'a [(String, Vec<u8>)],
}

impl<'a> Mutator<'a> {
    /// Begins with a state that follows from `name`; `seeds` are what is spliced with.
    pub fn new(name: &str, seeds: &'a [(String, Vec<u8>)]) -> Self {
        let number = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            random: ChaCha8Rng::seed_from_u64(number),
            seeds,
        }
    }

    /// The next mutation of `seed`.
    pub fn mutated(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        // Few changes come far, many find more.
        for _ in 0..self.random.random_range(1..=CHANGES_MAX) {
            self.change(&mut bytes);
        }
        bytes.truncate(BYTES_MAX.max(seed.len()));
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let to = at + self.below((bytes.len() - at).min(64) + 1);
        match self.random.random_range(0..9) {
            0 | 1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.random.random_range(0..8);
                }
            }
            2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = self.random.random();
                }
            }
            3 => drop(bytes.drain(at..to)),
            4 => bytes.truncate(at.max(to)),
            5 => {
                let again = bytes[at..to].repeat(self.random.random_range(1..4));
                insert(bytes, at, &again);
            }
            6 => {
                let word = WORDS[self.below(WORDS.len())];
                insert(bytes, at, word);
            }
            7 => self.number(bytes, at),
            _ => {
                let other = &self.seeds[self.below(self.seeds.len())].1;
                let from = self.below(other.len() + 1);
                let length = self.below((other.len() - from).min(256) + 1);
                bytes.splice(at..to, other[from..from + length].iter().copied());
            }
        }
    }

    /// Writes a number over what is there, in 1, 2, 4 or 8 bytes; or as bincode writes a long one.
    fn number(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let number = NUMBERS[self.below(NUMBERS.len())].to_le_bytes();
        let long = [[253].as_slice(), &number].concat();
        let width = self.random.random_range(0..5);
        let number = if width == 4 { &long } else { &number[..1 << width] };
        let end = bytes.len().min(at + number.len());
        bytes.splice(at..end, number.iter().copied());
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.random_range(0..bound)
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, more: &[u8]) {
    bytes.splice(at..at, more.iter().copied());
}
