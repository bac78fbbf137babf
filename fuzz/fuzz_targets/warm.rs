#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| { let _ = yekta_fuzz::yekta::wire::qr::digest(&String::from_utf8_lossy(bytes)); });
