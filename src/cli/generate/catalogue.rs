//! Built-in lists: names, towns, shops and products. Common words and invented things; nobody real is meant.

/// Something that is sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    /// In rials.
    pub(crate) price: u32,
}

/// The currency of every price here.
pub(crate) const CURRENCY: &str = "IRR";

pub(crate) const PRODUCTS: [Product; 16] = [
    product("p-101", "Leather bag Nava", "bags", 18_500_000),
    product("p-102", "کیف دستی آوا", "bags", 12_900_000),
    product("p-103", "Backpack Alborz", "bags", 9_750_000),
    product("p-201", "Running shoes Tond", "shoes", 21_000_000),
    product("p-202", "کفش چرم ساوه", "shoes", 26_400_000),
    product("p-203", "Sandals Kish", "shoes", 7_300_000),
    product("p-301", "Wool coat Sahand", "clothing", 48_000_000),
    product("p-302", "شال ابریشم", "clothing", 6_200_000),
    product("p-303", "Linen shirt", "clothing", 8_900_000),
    product("p-304", "Denim jacket", "clothing", 19_800_000),
    product("p-401", "Headphones Nava 2", "electronics", 32_000_000),
    product("p-402", "Power bank 10 Ah", "electronics", 11_500_000),
    product("p-403", "چراغ مطالعه", "home", 5_400_000),
    product("p-501", "Tea set Lahijan", "home", 14_200_000),
    product("p-502", "قوری سفالی", "home", 3_800_000),
    product("p-503", "Cotton towels", "home", 4_600_000),
];

/// First names, in Latin and in Persian letters.
pub(crate) const FIRST_NAMES: [(&str, &str); 16] = [
    ("Sara", "سارا"),
    ("Ali", "علی"),
    ("Maryam", "مریم"),
    ("Reza", "رضا"),
    ("Niloofar", "نیلوفر"),
    ("Amir", "امیر"),
    ("Mina", "مینا"),
    ("Kaveh", "کاوه"),
    ("Leila", "لیلا"),
    ("Babak", "بابک"),
    ("Shirin", "شیرین"),
    ("Omid", "امید"),
    ("Anna", "آنا"),
    ("Daniel", "دانیال"),
    ("Yasmin", "یاسمن"),
    ("David", "داوود"),
];

/// Last names, in Latin and in Persian letters.
pub(crate) const LAST_NAMES: [(&str, &str); 14] = [
    ("Rahimi", "رحیمی"),
    ("Karimi", "کریمی"),
    ("Ahmadi", "احمدی"),
    ("Moradi", "مرادی"),
    ("Hosseini", "حسینی"),
    ("Kazemi", "کاظمی"),
    ("Sadeghi", "صادقی"),
    ("Bahrami", "بهرامی"),
    ("Norouzi", "نوروزی"),
    ("Yazdani", "یزدانی"),
    ("Farahani", "فراهانی"),
    ("Rostami", "رستمی"),
    ("Zandi", "زندی"),
    ("Ebrahimi", "ابراهیمی"),
];

pub(crate) const CITIES: [&str; 6] = ["Tehran", "Isfahan", "Shiraz", "Tabriz", "Mashhad", "Rasht"];

pub(crate) const STORES: [&str; 4] = ["tehran-12", "tehran-3", "isfahan-1", "shiraz-2"];

/// Offers: id and name.
pub(crate) const OFFERS: [(&str, &str); 4] = [
    ("autumn-10", "10 % off bags"),
    ("yalda", "شب یلدا"),
    ("free-delivery", "Free delivery"),
    ("second-half", "Second pair at half price"),
];

/// What people complain about.
pub(crate) const SUBJECTS: [&str; 5] = [
    "Parcel damaged",
    "Parcel late",
    "Wrong size delivered",
    "مبلغ دوبار کسر شد",
    "Refund not received",
];

/// What a telephone system says instead of a number that the caller hides.
pub(crate) const WITHHELD: [&str; 4] = ["anonymous", "+266696687", "Private Number", "unavailable"];

const fn product(id: &'static str, name: &'static str, category: &'static str, price: u32) -> Product {
    Product {
        id,
        name,
        category,
        price,
    }
}
