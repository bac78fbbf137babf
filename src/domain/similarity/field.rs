//! What is compared, and how alike it can be.
//!
//! Owns the names of fields and levels, which an explanation shows and a file of weights uses.

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in explanations and files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The one called `text`.
            #[must_use]
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

named! {
    /// A field of two persons that was compared.
    Field {
        /// Given names.
        Given = "given_name",
        /// Middle names.
        Middle = "middle_name",
        /// Family names.
        Family = "family_name",
        /// Whether given and family name are exchanged.
        Order = "name_order",
        /// Whether there is more than names.
        Names = "names",
        /// Generational suffixes.
        Suffix = "suffix",
        /// Birth dates.
        Birth = "birth_date",
        /// Postcodes.
        Postcode = "postcode",
        /// Numbers and streets.
        Address = "address",
        /// Towns.
        City = "city",
        /// States or provinces.
        Region = "region",
        /// Numbers that a state gave.
        National = "national_id",
        /// E-mail addresses.
        Email = "email",
        /// Telephone numbers.
        Phone = "phone",
    }
}

named! {
    /// How alike a field is. Which levels a field has, its comparison says.
    Level {
        /// The same.
        Equal = "equal",
        /// Forms of one name: Robert and Bob.
        Nickname = "nickname",
        /// Almost the same.
        Close = "close",
        /// Alike.
        Near = "near",
        /// An initial and a name that begins with it.
        Initial = "initial",
        /// Exchanged: day and month, or given and family name.
        Swapped = "swapped",
        /// One letter or digit apart.
        OneEdit = "one_edit",
        /// The same as far as the less precise one goes.
        Partial = "partial",
        /// The same year.
        SameYear = "same_year",
        /// The same area.
        Area = "area",
        /// The same street, not the number.
        StreetOnly = "street_only",
        /// Some of the words.
        Overlap = "overlap",
        /// The part before the `@`.
        UserPart = "user_part",
        /// The last seven digits.
        LastSeven = "last_seven",
        /// Nothing else agrees.
        Alone = "alone",
        /// Something else.
        Different = "different",
        /// Clearly something else.
        Incompatible = "incompatible",
    }
}
