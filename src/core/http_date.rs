//! HTTP-date (RFC 9110 §5.6.7), in all three of its forms.
//!
//! The day of the week says nothing that the date does not, and is not looked at.

use std::time::Duration;

use super::headers::digits;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Since the Unix epoch; `None` for what is no date, or one before it.
///
/// ```text
/// IMF-fixdate  = "Sun, 06 Nov 1994 08:49:37 GMT"
/// rfc850-date  = "Sunday, 06-Nov-94 08:49:37 GMT"
/// asctime-date = "Sun Nov  6 08:49:37 1994"
/// ```
pub fn parse(text: &str) -> Option<Duration> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (day, month, year, time) = match *words.as_slice() {
        [_, day, month, year, time, "GMT"] => (day, month, year, time),
        [_, date, time, "GMT"] => {
            let (day, rest) = date.split_once('-')?;
            let (month, year) = rest.split_once('-')?;
            (day, month, year, time)
        }
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let month = 1 + MONTHS.iter().position(|name| *name == month)? as u64;
    let days = days_before(digits(day)?, month, full_year(year)?)?;
    Some(Duration::from_secs(days * 86_400 + seconds(time)?))
}

/// Of two digits, a year of 1970 to 2069.
fn full_year(text: &str) -> Option<u64> {
    match (text.len(), digits(text)?) {
        (4, year) => Some(year),
        (2, year @ 70..) => Some(1900 + year),
        (2, year) => Some(2000 + year),
        _ => None,
    }
}

/// From the epoch to a date of the Gregorian calendar.
fn days_before(day: u64, month: u64, year: u64) -> Option<u64> {
    let of_every = |years| year.is_multiple_of(years);
    let is_leap = of_every(4) && (!of_every(100) || of_every(400));
    let length = match month {
        2 => 28 + u64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if year < 1970 || !(1..=length).contains(&day) {
        return None;
    }
    // The leap day is the last day of years that begin in March, whose months have 31 and 30 days
    // in turns of five: 153 days.
    let (year, month) = match month {
        ..3 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let before = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1;
    // 1970-01-01, counted in the same way.
    Some(before - 719_468)
}

/// `hour ":" minute ":" second`; the last one may be a leap second.
fn seconds(time: &str) -> Option<u64> {
    let (hours, rest) = time.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    let of = |text: &str, most| digits(text).filter(|n| text.len() == 2 && *n <= most);
    Some(of(hours, 23)? * 3600 + of(minutes, 59)? * 60 + of(seconds, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds_of(text: &str) -> Option<u64> {
        parse(text).map(|time| time.as_secs())
    }

    #[test]
    fn the_three_forms_of_a_date_are_one_date() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(seconds_of(text), Some(784_111_777), "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut expected = 0;
        for year in 1970..2370 {
            for (index, month) in MONTHS.iter().enumerate() {
                let days = |day: &u32| {
                    let text = format!("Day, {day:02} {month} {year} 00:00:00 GMT");
                    seconds_of(&text)
                };
                let all: Vec<u64> = (1..=31).map_while(|day| days(&day)).collect();
                assert!(all.len() >= 28, "{month} {year} ends on {}", all.len());
                assert!(all.len() >= 30 || index == 1, "{month} {year}");
                for day in all {
                    assert_eq!(day, expected, "{month} {year}");
                    expected += 86_400;
                }
            }
        }
        // 146,097 days are 400 years of the Gregorian calendar.
        assert_eq!(expected, 146_097 * 86_400);
    }

    #[test]
    fn a_year_of_two_digits_is_one_of_the_century_that_began_in_1970() {
        let of = |year| seconds_of(&format!("Monday, 01-Jan-{year} 00:00:00 GMT"));
        assert_eq!(of("70"), Some(0));
        assert_eq!(of("99"), Some(915_148_800));
        assert_eq!(of("00"), Some(946_684_800));
        assert_eq!(of("69"), Some(3_124_224_000));
    }

    #[test]
    fn the_last_second_of_a_day_may_be_a_leap_second() {
        let of = |time| seconds_of(&format!("Thu, 01 Jan 1970 {time} GMT"));
        assert_eq!(of("23:59:59"), Some(86_399));
        assert_eq!(of("23:59:60"), Some(86_400));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "0",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
            "Sun, 06 Nov 994 08:49:37 GMT",
            "Sun, -6 Nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Wed, 29 Feb 2023 08:49:37 GMT",
            "Mon, 29 Feb 2100 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:+7 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
