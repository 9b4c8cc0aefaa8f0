/** Part of a regular expression for what stands before or after a time of the 12-hour clock. */
export interface DayHalves {
  readonly pattern: string;
  /** The hour of the day, 0 to 23; undefined where no clock shows that. */
  hourOfDay(hour: number, half: string | undefined): number | undefined;
}

/** Before noon, as the languages of the app write it (CLDR, and parts of the day that Chinese phones name). */
const forenoon = [
  'a\\.?\\s?m\\.?',
  '上午|午前|오전|凌晨|清晨|早上',
  'π\\.?\\s?μ\\.?',
  'öö',
  'sa',
  'pg',
  'vm\\.?',
  'p\\.?d\\.?|e paradites',
  'dop\\.',
  'ap\\.',
  'fm\\.?',
  'тң',
  'дп',
  'to',
  'priešpiet',
  'priekšp\\.',
  'претпл\\.',
  'ص',
  'ق\\.\\s?ظ\\.?|قبل‌ازظهر',
  'قبل دوپہر',
  'पूर्वाह्न',
  'ಪೂರ್ವಾಹ್ನ',
  'முற்பகல்',
  'ਪੂ\\.ਦੁ\\.',
  'ጥዋት',
  'ก่อนเที่ยง',
  'de\\.',
];
/** From noon on. */
const afternoon = [
  'p\\.?\\s?m\\.?',
  '下午|午後|오후|晚上',
  'μ\\.?\\s?μ\\.?',
  'ös',
  'ch',
  'ptg',
  'nm\\.?',
  'm\\.?d\\.?|e pasdites',
  'odp\\.|pop\\.',
  'ip\\.',
  'em\\.?',
  'тк',
  'пп',
  'tk',
  'popiet',
  'pēcp\\.',
  'попл\\.',
  'م',
  'ب\\.\\s?ظ\\.?|بعدازظهر',
  'بعد دوپہر',
  'अपराह्न',
  'ಅಪರಾಹ್ನ',
  'பிற்பகல்',
  'ਬਾ\\.ਦੁ\\.',
  'ከሰዓት',
  'หลังเที่ยง',
  'du\\.',
];
/** Around noon: 11 is before it, 12 and 1 are not. */
const noon = '中午';

const whole = (words: readonly string[]): RegExp => new RegExp(`^(?:${words.join('|')})$`, 'iu');
const [before, after] = [whole(forenoon), whole(afternoon)];

export const dayHalves: DayHalves = {
  // longer words first: one can begin with another; and none goes over a line's end
  pattern: [...forenoon, ...afternoon, noon]
    .sort((left, right) => right.length - left.length)
    .join('|')
    .replaceAll('\\s', '[^\\S\\n]'),
  hourOfDay: (hour, half) => {
    if (half === undefined) return hour <= 23 ? hour : undefined;
    if (hour > 12) return undefined;
    if (half === noon) return hour >= 10 ? hour : hour + 12;
    if (before.test(half)) return hour % 12;
    return after.test(half) ? (hour % 12) + 12 : undefined;
  },
};

/** Whether a half is Korean, where the year stands first even when it has two digits. */
export const isKoreanHalf = (half: string | undefined): boolean => half === '오전' || half === '오후';
