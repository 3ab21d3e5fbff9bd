export async function chooseChanged(
  suites: string[],
  _options: { since: string; all: boolean; say: (line: string) => void },
): Promise<string[]> {
  return suites;
}
