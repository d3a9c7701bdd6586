const remembered = 100;

/**
 * Tells of each link whether it is new: at once where it leads back by a hundred links or fewer, and of any larger circle
 * some time, by Brent's method, however long the list is.
 */
export function newLinks(): (link: string) => boolean {
  let recent: readonly string[] = [];
  let mark: string | undefined;
  let count = 0;
  return (link) => {
    if (link === mark || recent.includes(link)) return false;
    recent = [link, ...recent.slice(0, remembered - 1)];
    if (Number.isInteger(Math.log2(++count))) mark = link;
    return true;
  };
}
