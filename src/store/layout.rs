//! The macro that freezes the layout on disk of plain domain types, which know nothing of bincode.
//!
//! It owns the translation of a list of fields into bincode's traits; it must never decide an order itself:
//! what is listed is what is stored, in that order. Used by the files that list the stored types.

/// Freezes the layout on disk of types of this crate, whose fields must be visible to the caller:
///
/// ```text
/// layout! {
///     struct crate::domain::Foo { a, b, c }
///     tuple crate::domain::Position(0)
///     enum crate::domain::Value { 0 => Null, 1 => Bool(b), 2 => Pair { x, y } }
/// }
/// ```
///
/// Fields are stored in the order listed, a variant as its tag (one byte) and then its fields. Those behind `; elsewhere`
/// are stored by whatever holds the type, and are empty until that has read them. A field that
/// is left out does not compile, nor does a variant, nor (by the lint) a tag used twice. Once released, an
/// entry is never edited: a change is a new type under a new record version.
macro_rules! layout {
    () => {};
    (struct $($segment:ident)::+ { $($field:ident),+ $(; elsewhere $($other:ident),+)? $(,)? } $($rest:tt)*) => {
        $crate::store::layout!(@fields ($($segment)::+) ($($($other)+)?) $($field)+);
        $crate::store::layout!($($rest)*);
    };
    (tuple $($segment:ident)::+ ( $($index:tt),+ $(,)? ) $($rest:tt)*) => {
        $crate::store::layout!(@fields ($($segment)::+) () $($index)+);
        $crate::store::layout!($($rest)*);
    };
    (enum $($segment:ident)::+ { $($variants:tt)+ } $($rest:tt)*) => {
        $crate::store::layout!(@variants ($($segment)::+) $($variants)+);
        $crate::store::layout!($($rest)*);
    };
    (@fields ($type:ty) ($($other:ident)*) $($field:tt)+) => {
        impl ::bincode::Encode for $type {
            fn encode<E: ::bincode::enc::Encoder>(
                &self,
                encoder: &mut E,
            ) -> ::core::result::Result<(), ::bincode::error::EncodeError> {
                let _level = $crate::store::layout!(@enter EncodeError);
                $(::bincode::Encode::encode(&self.$field, encoder)?;)+
                Ok(())
            }
        }

        impl<C> ::bincode::Decode<C> for $type {
            fn decode<D: ::bincode::de::Decoder<Context = C>>(
                decoder: &mut D,
            ) -> ::core::result::Result<Self, ::bincode::error::DecodeError> {
                let _level = $crate::store::layout!(@enter DecodeError);
                Ok(Self {
                    $($field: ::bincode::Decode::decode(decoder)?,)+
                    $($other: ::core::default::Default::default(),)*
                })
            }
        }

        ::bincode::impl_borrow_decode!($type);
    };
    (@variants ($type:ty) $(
        $tag:literal => $variant:ident $(( $($item:ident),+ $(,)? ))? $({ $($field:ident),+ $(,)? })?
    ),+ $(,)?) => {
        impl ::bincode::Encode for $type {
            fn encode<E: ::bincode::enc::Encoder>(
                &self,
                encoder: &mut E,
            ) -> ::core::result::Result<(), ::bincode::error::EncodeError> {
                let _level = $crate::store::layout!(@enter EncodeError);
                match self {
                    $(Self::$variant $(($($item),+))? $({ $($field),+ })? => {
                        let tag: u8 = $tag;
                        ::bincode::Encode::encode(&tag, encoder)?;
                        $($(::bincode::Encode::encode($item, encoder)?;)+)?
                        $($(::bincode::Encode::encode($field, encoder)?;)+)?
                    })+
                }
                Ok(())
            }
        }

        impl<C> ::bincode::Decode<C> for $type {
            fn decode<D: ::bincode::de::Decoder<Context = C>>(
                decoder: &mut D,
            ) -> ::core::result::Result<Self, ::bincode::error::DecodeError> {
                let _level = $crate::store::layout!(@enter DecodeError);
                let tag: u8 = ::bincode::Decode::decode(decoder)?;
                Ok(match tag {
                    $($tag => {
                        $($(let $item = ::bincode::Decode::decode(decoder)?;)+)?
                        $($(let $field = ::bincode::Decode::decode(decoder)?;)+)?
                        Self::$variant $(($($item),+))? $({ $($field),+ })?
                    })+
                    _ => {
                        return Err(::bincode::error::DecodeError::UnexpectedVariant {
                            type_name: ::core::any::type_name::<Self>(),
                            allowed: &::bincode::error::AllowedEnumVariants::Allowed(&[$($tag),+]),
                            found: u32::from(tag),
                        });
                    }
                })
            }
        }

        ::bincode::impl_borrow_decode!($type);
    };
    (@enter $error:ident) => {
        $crate::store::depth::Level::enter()
            .ok_or(::bincode::error::$error::Other($crate::store::depth::TOO_DEEP))?
    };
}

pub(crate) use layout;
