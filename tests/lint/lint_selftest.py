"""Feeds every lint check a good tree, which must pass, and bad ones, each of which must not.

usage: CXX=... lint_selftest.py [unittest options]
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_files
import check_includes
import check_operator_names
import check_runtime

DEPS = """
# base first
base: |
model: base | @ onnx/:onnx_
quantize: base model | Eigen/
quantize/deep: base |
format: base | @ google/protobuf/:writer pb.h:reader
owner: status.h = base
owner: graph.h weights.h = model
"""

GOOD = {
    "lib/DEPS": DEPS,
    "lib/include/dc/status.h": """
        // Comment.
        #ifndef DC_STATUS_H_
        #define DC_STATUS_H_
        #include <string>
        #endif  // DC_STATUS_H_
    """,
    "lib/include/dc/graph.h": """
        #ifndef DC_GRAPH_H_
        #define DC_GRAPH_H_
        #include "dc/status.h"
        #endif  // DC_GRAPH_H_
    """,
    "lib/base/rng.h": """
        #ifndef DC_BASE_RNG_H_
        #define DC_BASE_RNG_H_
        #include <unistd.h>
        #endif  // DC_BASE_RNG_H_
    """,
    "lib/model/onnx_read.cc": """
        #include "dc/graph.h"
        #include <onnx/onnx_pb.h>
        #include "base/rng.h"
    """,
    "lib/quantize/kmeans.cc": '#include "dc/graph.h"\n#include <Eigen/Core>\n',
    "lib/quantize/deep/table.cc": '#include "base/rng.h"\n',
    "lib/format/writer.cc": '#include "manifest.pb.h"\n',
    "lib/format/reader.cc": '#include <pb.h>\n#include "manifest.pb.h"\n',
    "tools/dc_run_main.cc": '#include "dc/graph.h"\n#include "common/options.h"\n',
    "tools/common/print.cc": "#include <unistd.h>\n#include <boost/program_options.hpp>\n",
    "tests/unit/base/rng_test.cc": '#include "base/rng.h"\n',
}


class Tree(unittest.TestCase):
    """A small repository in a temporary folder."""

    def findings(self, check, changes=None):
        """What the check says about the good tree with `changes` (path -> text) on top."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**GOOD, **(changes or {})}.items():
                file = Path(root) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                lines = [line.strip() for line in text.strip().splitlines()]
                file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            return check(root)

    def expect_good(self, check, changes=None):
        self.assertEqual(self.findings(check, changes), [])

    def expect_bad(self, check, changes, *words):
        found = self.findings(check, changes)
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])


class Includes(Tree):
    def test_good_tree(self):
        for check in check_includes.CHECKS.values():
            self.expect_good(check)

    def bad_edge(self, path, text, *words):
        self.expect_bad(check_includes.check_edges, {path: text}, path, *words)

    def test_module_edge(self):
        self.bad_edge("lib/base/a.cc", '#include "model/onnx.h"\n', "base", "model")

    def test_edge_by_way_of_a_public_header(self):
        self.bad_edge("lib/base/a.cc", '#include "dc/graph.h"\n', "base", "model")

    def test_edge_of_a_public_header(self):
        self.bad_edge("lib/include/dc/status.h", '#include "dc/graph.h"\n', "base", "model")

    def test_subfolder_has_its_own_line(self):
        self.bad_edge("lib/quantize/deep/a.cc", '#include "dc/graph.h"\n', "quantize/deep")

    def test_third_party_in_the_wrong_file(self):
        self.bad_edge("lib/model/graph.cc", "#include <onnx/onnx_pb.h>\n", "onnx/onnx_pb.h")

    def test_third_party_in_the_wrong_folder(self):
        self.bad_edge("lib/model/onnx_b.cc", "#include <Eigen/Core>\n", "Eigen/Core")

    def test_generated_header_without_protobuf(self):
        self.bad_edge("lib/format/layout.cc", '#include "manifest.pb.h"\n', "manifest.pb.h")
        self.bad_edge("lib/base/a.cc", '#include "manifest.pb.h"\n', "manifest.pb.h")

    def test_spaces_do_not_hide_an_include(self):
        self.bad_edge("lib/base/a.cc", "#  include   <zlib.h>\n", "zlib.h")

    def test_unknown_folder_and_header(self):
        self.bad_edge("lib/other/a.cc", "int a;\n", "no line")
        self.bad_edge("lib/include/dc/new.h", "int a;\n", "no owner")
        self.bad_edge("lib/model/a.cc", '#include "dc/new.h"\n', "no owner")

    def test_deps_names_an_unknown_folder(self):
        self.expect_bad(
            check_includes.check_edges, {"lib/DEPS": DEPS + "owner: x.h = nowhere\n"}, "nowhere"
        )

    def test_public_header(self):
        for text in ("#include <unistd.h>\n", '#include "base/rng.h"\n', "#include <Eigen/Core>\n"):
            self.expect_bad(check_includes.check_public, {"lib/include/dc/graph.h": text}, "graph.h")

    def test_tool(self):
        for text in ('#include "model/graph.h"\n', "#include <unistd.h>\n", "#include <zstd.h>\n"):
            self.expect_bad(check_includes.check_tools, {"tools/dc_run_main.cc": text}, "dc_run")
        self.expect_bad(
            check_includes.check_tools, {"tools/common/a.cc": '#include "base/rng.h"\n'}, "rng.h"
        )

    def test_python(self):
        good = '#include <pybind11/stl.h>\n#include "core/work.h"\n#include "dc/graph.h"\n'
        self.expect_good(check_includes.check_tools, {"python/core/a.cc": good})
        for text in ('#include "model/graph.h"\n', "#include <unistd.h>\n"):
            self.expect_bad(check_includes.check_tools, {"python/core/a.cc": text}, "python/core/a.cc")


class Files(Tree):
    def test_good_tree(self):
        for check in check_files.CHECKS.values():
            self.expect_good(check)

    def test_length(self):
        self.expect_good(check_files.check_length, {"lib/base/a.cc": "int a;\n" * 800})
        self.expect_bad(check_files.check_length, {"lib/base/a.cc": "int a;\n" * 801}, "801")
        self.expect_bad(check_files.check_length, {"tests/unit/a.h": "int a;\n" * 900}, "900")

    def test_names(self):
        self.expect_bad(check_files.check_names, {"lib/model/rng.h": "int a;\n"}, "rng.h")
        self.expect_bad(check_files.check_names, {"tests/golden/rng_test.cc": "\n"}, "rng_test")
        self.expect_good(check_files.check_names, {"lib/model/CMakeLists.txt": "\n"})

    def test_guards(self):
        good = "#ifndef {0}\n#define {0}\n#endif  // {0}\n"
        self.expect_good(
            check_files.check_guards, {"tools/common/a.h": good.format("DC_TOOLS_COMMON_A_H_")}
        )
        for guard in ("DC_A_H_", "DC_MODEL_A_H", "A_H_"):
            bad = {"lib/model/a.h": good.format(guard)}
            self.expect_bad(check_files.check_guards, bad, "DC_MODEL_A_H_")
        self.expect_bad(check_files.check_guards, {"lib/model/a.h": "#pragma once\n"}, "begin")
        unnamed = "#ifndef DC_MODEL_A_H_\n#define DC_MODEL_A_H_\n#endif\n"
        self.expect_bad(check_files.check_guards, {"lib/model/a.h": unnamed}, "end")

    def test_words(self):
        for word in check_files.BANNED:
            for path in ("lib/base/a.cc", "proto/a.proto", "dev", "tests/lint/a.py", "docs/a.md"):
                self.expect_bad(check_files.check_words, {path: f"// {word}: later\n"}, word, path)
        self.expect_good(check_files.check_words, {"lib/base/a.cc": "int XXXL, mkdtemp_XXXXXX;\n"})

    def test_mains(self):
        self.expect_good(check_files.check_mains, {"tools/dc_run_main.cc": "int a;\n" * 119})
        self.expect_bad(check_files.check_mains, {"tools/dc_run_main.cc": "int a;\n" * 120}, "120")

    def test_scripts(self):
        self.expect_good(check_files.check_scripts, {"models/a.py": "import sys\n"})
        self.expect_bad(check_files.check_scripts, {"web/a.sh": "#!/usr/bin/env bash\n"}, "web/a.sh")


class Operators(Tree):
    OPS = {
        "lib/op/ops.inc": """
            DC_FILE_OPERATOR(1, Conv)
            DC_FILE_OPERATOR(20, Lrn)
            DC_GRAPH_OPERATOR(Cast)
        """
    }

    def good(self, path, text):
        self.expect_good(check_operator_names.check_operators, {**self.OPS, path: text})

    def bad(self, path, text, *words):
        changes = {**self.OPS, path: text}
        self.expect_bad(check_operator_names.check_operators, changes, path, *words)

    def test_good_tree(self):
        self.expect_good(check_operator_names.check_operators, self.OPS)

    def test_no_list(self):
        self.expect_bad(check_operator_names.check_operators, {}, "ops.inc")

    def test_strings(self):
        for name in ("Conv", "LRN", "Cast", "Constant"):
            self.bad("lib/model/a.cc", f'bool f() {{ return op == "{name}"; }}\n', name, ":1:")
        self.bad("tools/dc_run_main.cc", 'int a;\nauto b = "Conv";\n', ":2:")

    def test_numbers(self):
        for text in ("format::Op::kConv", "op::Id::kConv", "Op::kLrn", "Id::kCast"):
            self.bad("lib/encode/a.cc", f"auto a = {text};\n", text.split("::", 1)[1])

    def test_what_is_no_name(self):
        self.good("lib/model/a.cc", 'auto a = "Convolution", b = "the Conv node", c = "Lrn";\n')
        self.good("lib/encode/a.cc", "auto a = op::Id::kNone, b = op::kConvolves;\n")
        self.good("lib/encode/a.h", '#ifndef DC_ENCODE_A_H_\nint a;  // "Conv", Op::kConv\n')
        self.good("lib/encode/a.cc", '/* as in\n"Conv" */ auto a = "//";\n')

    def test_comments_do_not_hide_code(self):
        self.bad("lib/encode/a.cc", 'auto a = "//", b = "Conv";\n', "Conv")

    def test_who_may(self):
        for path in (
            "lib/op/conv.cc",
            "lib/model/canonical/a.cc",
            "lib/train/operators/a.cc",
            "lib/train/build/kernel_registry.cc",
            "lib/runtime/operators/a.cc",
            "tests/unit/op/a_test.cc",
        ):
            self.good(path, 'auto a = "Conv";\n')
        self.bad("lib/train/build/other.cc", 'auto a = "Conv";\n', "Conv")


class Runtime(unittest.TestCase):
    """Compiles small archives that mention what the runtime must not."""

    def findings(self, code, *flags):
        compiler = os.environ.get("CXX", "c++")
        with tempfile.TemporaryDirectory() as folder:
            source, object_file = f"{folder}/a.cc", f"{folder}/a.o"
            archive = f"{folder}/liba.a"
            Path(source).write_text(code, encoding="utf-8")
            command = [compiler, "-std=c++20", "-O1", *flags, "-c", source, "-o", object_file]
            subprocess.run(command, check=True)
            subprocess.run(["ar", "rcs", archive, object_file], check=True)
            return check_runtime.check([archive])

    def test_clean(self):
        code = """
            #include <cstdio>
            #include <string>
            #include <vector>
            std::string f(std::vector<int>* v) { v->push_back(1); return std::to_string(v->back()); }
        """
        self.assertEqual(self.findings(code, "-fno-exceptions"), [])

    def test_each_banned_library(self):
        for name, what in (
            ("google::protobuf", "protobuf"),
            ("onnx", "ONNX"),
            ("boost", "Boost"),
            ("dnnl", "oneDNN"),
        ):
            code = f"namespace {name} {{ int g(); }} int f() {{ return {name}::g(); }}"
            found = self.findings(code)
            self.assertEqual(len(found), 1, found)
            self.assertIn(what, found[0])

    def test_iostreams(self):
        for code in (
            "#include <iostream>\nvoid f() { std::cout << 1; }",
            "#include <sstream>\nstd::string f() { std::ostringstream s; s << 1; return s.str(); }",
            "#include <fstream>\nbool f() { return std::ifstream(\"a\").good(); }",
        ):
            self.assertIn("iostreams", " ".join(self.findings(code)))

    def test_exceptions(self):
        self.assertIn("exceptions", " ".join(self.findings("void f() { throw 1; }")))

    def test_empty_archive(self):
        self.assertIn("defines nothing", " ".join(self.findings("")))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
