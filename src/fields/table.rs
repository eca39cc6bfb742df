//! How a table of rows is declared.

/// Declares an enumeration and the constant row of each of its variants.
macro_rules! table {
    ($(#[$about:meta])* $name:ident of $row:ident: $($(#[$doc:meta])* $variant:ident $fields:tt)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The row.
            pub const fn row(self) -> &'static $row {
                const ROWS: &[$row] = &[$($row $fields,)*];
                &ROWS[self as usize]
            }
        }
    };
}

pub(super) use table;
