# Writes gitlab_patterns.tsv: what Ruby's File.fnmatch, to which GitLab hands every pattern, says of patterns and paths.
# Run: ruby gitlab_patterns.rb > gitlab_patterns.tsv
#
# Before matching, GitLab puts "/**/" before a pattern without a leading slash, "**/*" behind a trailing one, and takes
# the backslash from a leading "\#" and from escaped spaces (doc/user/project/codeowners/, "Path matching").

PATTERNS = [
  "*", "**", "/", "/*", "/**", "/**/", "**/*", "*.rb", "/*.rb", "/**/*.rb", "docs", "docs/", "/docs", "/docs/",
  "docs/*", "/docs/*", "/docs/**", "/docs/**/", "/docs/**/*", "/docs/**/*.md", "/docs/*.md", "/docs/*spec*",
  "docs/api", "docs/api/", "api/*", "**/api/", "**/api", "/docs/**/api/x.md", "/***/x.md", "/docs/***", "do**/x.md",
  "**s/x.md", "/*/api/", "*/api/x.md", "?ocs/", "/docs/?.md", "/d[aeiou]cs/", "/d[!aeiou]cs/", "/d[^aeiou]cs/*",
  "/docs/[a-x].md", "/docs/[]x].md", "/docs/[^]x.md", "/docs/[x.md", "/docs/[x/y].md", "/docs/[z-x].md",
  "/docs/[[:alpha:]].md", "/docs/[\\]].md", "/docs/[\\-x].md", "/docs/[x-].md", "\\#notes", "/a\\ b/", "a\\ b",
  "/docs/\\*.md", "/docs/x.md\\", "/docs/\\x.md", "/docs\\/x.md", "/docs//x.md", "Docs/", "/{docs,lib}/", ".*",
  "/docs/.*", "/docs/é.md", "/docs/[é].md", "/docs/**/**/x.md", "**/**/x.md", "/**/docs/**/x.md", "*.*.md", "a*a*a*b",
].freeze

PATHS = [
  "x.md", "x.rb", "docs", "docs/x.md", "docs/y.md", "docs/].md", "docs/-.md", "docs/*.md", "docs/é.md", "docs/.hidden",
  "docs/api", "docs/api/x.md", "docs/api/v1/x.md", "docs/my_specs.rb", "lib/docs", "lib/docs/x.md", "lib/docs/api/x.md",
  "lib/api/x.md", "lib/x.rb", "dacs/x.md", "dxcs/x.md", "#notes", "lib/#notes", "a b", "a b/c", "lib/a b", ".x", "a.b.md",
  "aaab", "aaaaaaaa", "Docs/x.md",
].freeze

def normalized(pattern)
  return "/**/*" if pattern == "*"

  pattern = pattern.delete_prefix("\\") if pattern.start_with?("\\#")
  pattern = pattern.gsub(/\\\s+/, " ")
  pattern = "/**/#{pattern}" unless pattern.start_with?("/")
  pattern.end_with?("/") ? "#{pattern}**/*" : pattern
end

PATTERNS.each do |pattern|
  full = normalized(pattern)
  matching = PATHS.select { |path| File.fnmatch?(full, "/#{path}", File::FNM_DOTMATCH | File::FNM_PATHNAME) }
  puts [pattern, *matching].join("\t")
end
